"""Who asked not to be written to: heard in the chat, and heeded by all that is sent unasked.

Reminders, questions about the service and flows that start by the clock leave such a contact in
peace. Answers to what it writes, and what a person sends by hand, still go out.
"""

import re

from daemon.domains.conversations.domain import Author, Conversation
from daemon.domains.conversations.events import ContactUpdated
from daemon.domains.conversations.outgoing import Outgoing
from daemon.domains.conversations.person import folded
from daemon.domains.conversations.phones import typed
from daemon.domains.conversations.ports import Heard, ProfileOf, Take
from daemon.domains.conversations.store import contacts, people
from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock

OUT = re.compile(
    r"(?:por favor )?(?:pare|parem|para) de (?:me )?(?:mandar|enviar) (?:mensagens?|msgs?)"
    r"|(?:eu )?nao quero (?:mais )?receber (?:mais )?(?:mensagens?|msgs?|avisos|lembretes)"
    r"|nao me (?:mande|mandem|envie|enviem) mais (?:mensagens?|msgs?|avisos|lembretes)"
    r"|(?:quero )?(?:parar de receber|sair da lista)(?: (?:mensagens|avisos|lembretes))?"
    r"|descadastrar|me descadastr[ae]|unsubscribe(?: me)?"
    r"|(?:please )?stop (?:sending (?:me )?messages|messaging me|texting me)"
    r"|(?:no quiero|dejen? de) (?:recibir|enviarme|mandarme) (?:mas )?mensajes"
)
BACK = re.compile(r"(?:quero )?voltar a receber|subscribe again|quiero volver a recibir")
HEARD = {
    "pt": "Certo: não vamos mais mandar avisos nem lembretes. Quando você escrever, respondemos "
    "normalmente. Para mudar de ideia, escreva VOLTAR A RECEBER.",
    "en": "All right: no more notices or reminders. When you write, we answer as always. "
    "Should you change your mind, write SUBSCRIBE AGAIN.",
    "es": "De acuerdo: no enviaremos más avisos ni recordatorios. Cuando escriba, respondemos "
    "como siempre. Si cambia de idea, escriba QUIERO VOLVER A RECIBIR.",
}
WELCOME = {
    "pt": "Combinado: você volta a receber avisos e lembretes.",
    "en": "Done: you will get notices and reminders again.",
    "es": "Listo: volverá a recibir avisos y recordatorios.",
}


class Consent:
    """Takes the turn in which a customer says that it wants no messages, or wants them again."""

    def __init__(
        self, outbox: Outbox, clock: Clock, outgoing: Outgoing, profile_of: ProfileOf
    ) -> None:
        self._outbox, self._clock = outbox, clock
        self._outgoing, self._profile_of = outgoing, profile_of

    async def take(self, heard: Heard) -> Take | None:
        """Return what is done with such a wish; anything else is somebody else's."""
        said = " ".join(re.sub(r"[^\w ]", " ", folded(heard.text)).split())
        if OUT.fullmatch(said):
            return self._noted(agreed=False)
        return self._noted(agreed=True) if BACK.fullmatch(said) else None

    def _noted(self, *, agreed: bool) -> Take:
        def take(tx: Connection, conversation: Conversation) -> bool:
            contact = conversation.contact.id
            people.write(tx, contact, {"opt_in": agreed}, self._clock.now())
            self._outbox.record(tx, ContactUpdated(contact))
            profile = self._profile_of(tx, conversation.agent_id)
            language = "pt" if profile is None else profile.language[:2]
            words = WELCOME if agreed else HEARD
            text = words.get(language, words["pt"])
            self._outgoing.compose(tx, conversation, author=Author.SYSTEM, text=text)
            return True

        return take


def refuses(tx: Connection, contact_id: str) -> bool:
    """Say whether a contact asked not to be written to."""
    person = people.find(tx, contact_id)
    return person is not None and person.opt_in is False


def phone_refuses(tx: Connection, tenant_id: str, phone: str) -> bool:
    """Say the same of a phone, as people type it."""
    digits = typed(phone if phone.startswith("+") else f"+{phone}")
    known = None if digits is None else contacts.find(tx, tenant_id, f"pn:{digits}")
    return known is not None and refuses(tx, known.id)
