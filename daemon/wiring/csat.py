"""Asking customers how they were served: once, when a person is done with them."""

from datetime import timedelta

from daemon.domains.agents.domain import Csat
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.domain import Author, Conversation
from daemon.domains.conversations.owners import Owner
from daemon.domains.conversations.ports import Heard, Take
from daemon.domains.metrics.satisfaction import Survey
from daemon.domains.metrics.store.ratings import Rating
from daemon.infra.database import Connection
from daemon.kernel.choices import chosen, show
from daemon.kernel.clock import stamp

from .consent import refuses
from .ground import Ground
from .talk import Talk

FRESH = timedelta(hours=24)
"""Who wrote nothing for longer is not asked: it would be a message out of the blue."""

OPTIONS = {
    "pt": ("1 - Péssimo", "2 - Ruim", "3 - Regular", "4 - Bom", "5 - Ótimo"),
    "en": ("1 - Very bad", "2 - Bad", "3 - Fair", "4 - Good", "5 - Very good"),
    "es": ("1 - Pésimo", "2 - Malo", "3 - Regular", "4 - Bueno", "5 - Muy bueno"),
}
QUESTION = {
    "pt": "Como foi o seu atendimento?",
    "en": "How were you served?",
    "es": "¿Cómo fue su atención?",
}
WHY = {
    "pt": "Obrigado! Se quiser, conte em uma mensagem o motivo da nota.",
    "en": "Thank you! If you like, tell us why in one message.",
    "es": "¡Gracias! Si quiere, cuéntenos el motivo en un mensaje.",
}
THANKS = {"pt": "Obrigado pela resposta!", "en": "Thank you!", "es": "¡Gracias por responder!"}


class Asking:
    """Asks when a chat is closed or handed back, and takes the answer before anybody else does."""

    def __init__(self, base: Ground, agents: Agents, talking: Talk) -> None:
        self._base, self._agents, self._talking = base, agents, talking
        self._survey = Survey(base.clock, base.tenant_id)

    def changed(self, tx: Connection, before: Conversation, after: Conversation) -> None:
        """Ask, if a person is done with this chat."""
        done = after.owner is Owner.CLOSED or (
            after.owner is Owner.BOT and before.owner is Owner.HUMAN
        )
        rules = self._rules(tx, after.agent_id)
        if not done or rules is None or after.chat.endswith("@g.us"):
            return
        if refuses(tx, after.contact.id) or not self._wrote_lately(tx, after.id):
            return
        language = self._language(tx, after.agent_id)
        if not self._survey.ask(tx, after.agent_id, after.id, language):
            return
        polls = self._talking.numbers.can_poll(after.session_id)
        question = rules.question or QUESTION[language]
        shown = show(question, OPTIONS[language], polls=polls, language=language)
        self._say(tx, after, shown.text, kind=shown.kind, extra=shown.extra)

    async def take(self, heard: Heard) -> Take | None:
        """Return what is done with an answer to the question; what is none is the agent's."""
        chat = heard.conversation.id
        rating = await self._base.database.read(lambda tx: self._survey.waiting(tx, chat))
        if rating is None:
            return None
        if rating.score is not None:
            return self._commented(rating, heard.text)
        score = chosen(OPTIONS[rating.language], heard.text)
        return None if score is None else self._scored(rating, score + 1)

    def _scored(self, rating: Rating, score: int) -> Take:
        def take(tx: Connection, conversation: Conversation) -> bool:
            if self._survey.waiting(tx, conversation.id) != rating:
                return False
            self._survey.score(tx, rating.id, score)
            rules = self._rules(tx, rating.agent_id)
            asks = rules is not None and rules.comment
            if not asks:
                self._survey.comment(tx, rating.id, "")
            self._say(tx, conversation, (WHY if asks else THANKS)[rating.language])
            return True

        return take

    def _commented(self, rating: Rating, text: str) -> Take | None:
        """Take a comment; a question is a new matter, and the agent's."""
        if not text.strip() or "?" in text:
            return None

        def take(tx: Connection, conversation: Conversation) -> bool:
            if self._survey.waiting(tx, conversation.id) != rating:
                return False
            self._survey.comment(tx, rating.id, text.strip())
            self._say(tx, conversation, THANKS[rating.language])
            return True

        return take

    def _say(
        self,
        tx: Connection,
        conversation: Conversation,
        text: str,
        *,
        kind: str = "text",
        extra: dict[str, object] | None = None,
    ) -> None:
        # As the system: it may go out into a chat that was closed, and is no reply to anything.
        self._talking.outgoing.compose(
            tx, conversation, author=Author.SYSTEM, text=text, kind=kind, extra=extra
        )

    def _rules(self, tx: Connection, agent_id: str) -> Csat | None:
        profile = self._agents.profile(tx, agent_id)
        rules = None if profile is None else profile.agent.settings.csat
        return rules if rules is not None and rules.enabled else None

    def _language(self, tx: Connection, agent_id: str) -> str:
        profile = self._agents.profile(tx, agent_id)
        language = "pt" if profile is None else profile.language[:2]
        return language if language in OPTIONS else "pt"

    def _wrote_lately(self, tx: Connection, conversation_id: str) -> bool:
        since = stamp(self._base.clock.now() - FRESH)
        row = tx.conn.execute(
            "SELECT 1 FROM messages "
            "WHERE conversation_id = ? AND at >= ? AND author = 'contact' LIMIT 1",
            (conversation_id, since),
        ).fetchone()
        return row is not None


def ask_customers(base: Ground, agents: Agents, talking: Talk) -> None:
    """Ask in every chat whose agent may; answers come before flows and agents."""
    asking = Asking(base, agents, talking)
    talking.ownership.watchers.append(asking.changed)
    talking.takers.insert(1, asking)  # after the wish not to be written to
