"""The gate of a real box: the licence by trusted time, and chats that are under way."""

from collections import OrderedDict
from datetime import datetime, timedelta

from daemon.kernel.licence import EXTRAS, Extra, LicenceRestrictedError
from sync.licence import Licence, judge
from sync.state import Opened

from .steering import Steering

UNDER_WAY = timedelta(minutes=30)
CHATS = 10_000
NEEDS_GROWTH: frozenset[Extra] = frozenset({"models"})


class LicenceGate:
    """Judges at each question: there is no timer that could miss the moment."""

    def __init__(self, steering: Steering, opened: Opened) -> None:
        self._steering, self._memory, self._time = steering, opened.memory, opened.time
        self._used: OrderedDict[tuple[Extra, str], datetime] = OrderedDict()

    def licence(self) -> Licence:
        """Return the licence now."""
        return judge(
            self._time.now(),
            enrolled=self._memory.enrolled is not None,
            entitlements=self._steering.entitlements,
            refused_since=self._memory.refused_since,
        )

    def allows(self, extra: Extra, chat: str = "") -> bool:
        """Say whether an extra works now; in a chat that used it just before, it goes on."""
        now, key = self._time.now(), (extra, chat)
        last = self._used.get(key)
        if not self._covers(extra) and (last is None or now - last > UNDER_WAY):
            return False
        if chat:
            self._used[key] = now
            self._used.move_to_end(key)
            while len(self._used) > CHATS:
                self._used.popitem(last=False)
        return True

    def require(self, extra: Extra) -> None:
        """Raise LicenceRestrictedError unless it works now."""
        if not self._covers(extra):
            raise LicenceRestrictedError(extra)

    def off(self) -> list[Extra]:
        """Return the extras that do not work now."""
        return [extra for extra in EXTRAS if not self._covers(extra)]

    def _covers(self, extra: Extra) -> bool:
        licence = self.licence()
        if extra in NEEDS_GROWTH:
            return licence.may_grow
        return licence.allows(extra)
