"""Which messages of a chat nobody has looked at yet, so that a reply marks them as seen first.

In memory: after a restart a chat may miss its blue ticks once, and nothing else.
"""

from collections import OrderedDict, deque

from .domain import IncomingMessage, OutgoingMessage

CHATS = 5_000
PER_CHAT = 50


class Unseen:
    """Ids of messages not marked as seen, by session and chat."""

    def __init__(self) -> None:
        self._ids: OrderedDict[tuple[str, str], deque[str]] = OrderedDict()

    def note(self, message: IncomingMessage) -> None:
        """Remember a customer's message; what the phone wrote has seen everything before it."""
        names = {message.chat, message.chat_lid, message.chat_phone_jid} - {None}
        for chat in names:
            key = (message.session_id, str(chat))
            if message.from_me:
                self._ids.pop(key, None)
            elif not message.history:
                self._ids.setdefault(key, deque(maxlen=PER_CHAT)).append(message.wa_message_id)
                self._ids.move_to_end(key)
        while len(self._ids) > CHATS:
            self._ids.popitem(last=False)

    def take(self, message: OutgoingMessage) -> list[str]:
        """Return what is to be marked as seen before this message, and forget it."""
        return list(self._ids.pop((message.session_id, message.chat), ()))
