"""What people do with notifications: read them, choose the rules, try the channels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from daemon.infra.database import Connection, Database
from daemon.infra.mail import Letter, MailNotConfiguredError
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError, NextAgentError
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import CHANNELS, RULES, Channel, Notification, Preferences, Rule, RuleId
from .events import NotificationRead
from .ports import Post, Speak
from .store import Delivery
from .telling import Teller, reachable
from .words import message

Outcome = Literal["sent", "queued", "not_configured", "failed"]


@dataclass(frozen=True)
class Tried:
    """How a test went on one channel; `detail` in both languages, Portuguese first."""

    channel: Channel
    outcome: Outcome
    detail: tuple[str, str]


class Notifications:
    """The history, the rules and the channels of one tenant."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        zone: ZoneInfo,
        *,
        teller: Teller,
        speak: Speak,
        post: Post,
    ) -> None:
        self._db, self._outbox, self._clock, self._tenant = database, outbox, clock, tenant_id
        self.zone = zone
        self._teller, self._speak, self._post = teller, speak, post

    async def page(
        self, *, unread: bool, standing: bool, rule: str | None, cursor: str | None, limit: int
    ) -> Page[Notification]:
        """List matters, newest first."""
        found = await self._db.read(
            lambda tx: store.listed(
                tx,
                self._tenant,
                unread=unread,
                standing=standing,
                rule=rule,
                cursor=cursor,
                limit=limit,
            )
        )
        return Page.of(found, limit, lambda one: one.id)

    async def get(self, notification_id: str) -> tuple[Notification, list[Delivery]]:
        """Return a matter and who was told of it."""
        return await self._db.read(
            lambda tx: (store.get(tx, notification_id), store.deliveries(tx, notification_id))
        )

    async def counts(self) -> dict[str, int]:
        """Return how many are unread, open, and open and critical."""
        return await self._db.read(lambda tx: store.counts(tx, self._tenant))

    async def read(self, notification_id: str) -> Notification:
        """Mark one as read."""

        def commit(tx: Connection) -> Notification:
            one = store.get(tx, notification_id)
            if one.read_at is None:
                one = replace(one, read_at=self._clock.now())
                store.save(tx, self._tenant, one)
                self._told_read(tx)
            return one

        return await self._db.write(commit)

    async def read_all(self) -> int:
        """Mark all as read; return how many were not."""

        def commit(tx: Connection) -> int:
            marked = store.mark_all(tx, self._tenant, self._clock.now())
            if marked:
                self._told_read(tx)
            return marked

        return await self._db.write(commit)

    async def rules(self) -> list[Rule]:
        """Return every rule."""
        return list((await self._db.read(lambda tx: store.rules(tx, self._tenant))).values())

    async def change_rules(self, changes: Sequence[tuple[RuleId, dict[str, Any]]]) -> list[Rule]:
        """Change rules, all or none. Raises BadInputError for a threshold out of bounds."""

        def commit(tx: Connection) -> list[Rule]:
            found = store.rules(tx, self._tenant)
            for place, (name, values) in enumerate(changes):
                changed = _checked(replace(found[name], **values), f"items.{place}.threshold")
                store.save_rule(tx, self._tenant, changed)
                found[name] = changed
            return list(found.values())

        return await self._db.write(commit)

    async def preferences(self) -> Preferences:
        """Return whom to reach and when."""
        return await self._db.read(lambda tx: store.preferences(tx, self._tenant))

    async def prefer(self, values: dict[str, Any]) -> Preferences:
        """Change whom to reach and when."""

        def commit(tx: Connection) -> Preferences:
            wanted = replace(store.preferences(tx, self._tenant), **values)
            store.save_preferences(tx, self._tenant, wanted)
            return wanted

        return await self._db.write(commit)

    async def channels(self) -> dict[Channel, bool]:
        """Say which channels lead somewhere."""
        found = reachable(await self.preferences(), mail=self._post.configured)
        return {name: name in found for name in CHANNELS}

    async def test(self, who: str) -> list[Tried]:
        """Send a test by every channel that is configured, now; say how each went."""
        now, wanted = self._clock.now(), await self.preferences()
        one = Notification(new_id(), "test", "test", "info", {"name": who}, now, resolved_at=now)
        text = message(one, "test", wanted.language, self.zone)
        spoke = await self._db.write(lambda tx: self._try_here(tx, one, wanted, text))
        return [
            Tried("page", "sent", ("Aparece na página.", "It shows on the page.")),
            spoke,
            await self._try_mail(one, wanted, text),
            Tried(
                "webhook",
                "queued",
                (
                    "Evento notification.created registrado; veja as entregas em Integrações.",
                    "Event notification.created recorded; see the deliveries in Integrations.",
                ),
            ),
        ]

    async def prune(self, keep: timedelta) -> int:
        """Forget what was over so long ago."""
        before = self._clock.now() - keep
        return await self._db.write(lambda tx: store.prune(tx, self._tenant, before))

    def _try_here(self, tx: Connection, one: Notification, wanted: Preferences, text: str) -> Tried:
        store.save(tx, self._tenant, one)
        self._teller.tell(tx, one, "test", rule=None, preferences=wanted, mail=False)
        if not wanted.phone:
            problem = ("Informe o telefone do dono (phone).", "Set the owner's phone (phone).")
            return Tried("whatsapp", "not_configured", problem)
        if not self._speak(tx, wanted.phone, [text], wanted.agent_id):
            problem = (
                "Nenhum número conectado pode enviar: conecte um na tela WhatsApp.",
                "No connected number can send: connect one on the WhatsApp screen.",
            )
            return Tried("whatsapp", "failed", problem)
        return Tried("whatsapp", "queued", ("Na fila de envio.", "Queued for sending."))

    async def _try_mail(self, one: Notification, wanted: Preferences, text: str) -> Tried:
        if not wanted.emails:
            problem = ("Informe os e-mails (emails).", "Set the addresses (emails).")
            return Tried("email", "not_configured", problem)
        letter = Letter(wanted.emails, text.partition("\n")[0], text, key=one.id)
        try:
            await self._post.send(letter)
        except MailNotConfiguredError as error:
            return Tried("email", "not_configured", (error.text("pt-BR"), error.text("en")))
        except NextAgentError as error:
            return Tried("email", "failed", (error.text("pt-BR"), error.text("en")))
        return Tried("email", "sent", ("O servidor aceitou.", "The server took it."))

    def _told_read(self, tx: Connection) -> None:
        unread = store.counts(tx, self._tenant)["unread"]
        self._outbox.record(tx, NotificationRead(unread))


def _checked(rule: Rule, field: str) -> Rule:
    kind = RULES[rule.id]
    if kind.unit is None:
        if rule.threshold is not None:
            raise BadInputError(
                field=field,
                problem=f"rule {rule.id} has no threshold; leave it out",
                problem_pt=f"a regra {rule.id} não tem limite; não o envie",
            )
        return rule
    if rule.threshold is None or not kind.low <= rule.threshold <= kind.high:
        raise BadInputError(
            field=field,
            problem=f"rule {rule.id} takes {kind.low} to {kind.high} ({kind.unit})",
            problem_pt=f"a regra {rule.id} aceita de {kind.low} a {kind.high} ({kind.unit})",
        )
    return rule
