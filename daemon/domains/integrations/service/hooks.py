"""Ways in: made and listed by people, called by programs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from daemon.domains.integrations.domain import pointers
from daemon.domains.integrations.domain.hooks import (
    Bucket,
    FlowsMissingError,
    Hit,
    Hook,
    HookNotFoundError,
    HookPayloadError,
    HookSignatureError,
    Outcome,
    hashed,
    new_token,
)
from daemon.domains.integrations.domain.webhooks import WebhookLimitError, checked_secret
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError, NextAgentError, RateLimitedError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob, ParkError
from daemon.kernel.pages import Page

from .desk import Desk

START = "integrations.start_flow"
MAX_TEXT = 4096
FLOW_ID = "flowId"


@dataclass(frozen=True)
class Arrival:
    """One call: its body as it came, read, and its headers in lower case."""

    raw: bytes
    payload: Any
    headers: Mapping[str, str]


class Hooks:
    """The ways in of this box."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._bucket = desk, Bucket()

    async def create(self, values: Mapping[str, Any], secret: str | None) -> tuple[Hook, str]:
        """Add a way in; its token is told this once."""
        self._check(values)
        number, now, token = new_id(), self._desk.clock.now(), new_token()
        hook = Hook(
            id=number,
            token_hash=hashed(token),
            sealed=self._seal(number, secret),
            status="active",
            created_at=now,
            updated_at=now,
            **values,
        )

        def commit(tx: Connection) -> Hook:
            if rows.count(tx, Hook) >= self._desk.limit:
                raise WebhookLimitError(limit=self._desk.limit)
            rows.add(tx, self._desk.tenant_id, hook)
            return hook

        return await self._desk.database.write(commit), token

    async def change(self, number: str, values: Mapping[str, Any]) -> Hook:
        """Change a way in; a `secret` of "" takes the signature check away."""

        def commit(tx: Connection) -> Hook:
            before = rows.get(tx, Hook, number)
            plain = {name: value for name, value in values.items() if name != "secret"}
            after = replace(before, **plain, updated_at=self._desk.clock.now())
            if "secret" in values:
                after = replace(after, sealed=self._seal(number, values["secret"] or None))
            self._check({name: getattr(after, name) for name in ("action", "mapping", "flow_id")})
            rows.save(tx, after)
            return after

        return await self._desk.database.write(commit)

    async def renew(self, number: str) -> tuple[Hook, str]:
        """Give a way in a new address; the old one ends at once."""
        token = new_token()

        def commit(tx: Connection) -> Hook:
            before = rows.get(tx, Hook, number)
            after = replace(before, token_hash=hashed(token), updated_at=self._desk.clock.now())
            rows.save(tx, after)
            return after

        return await self._desk.database.write(commit), token

    async def delete(self, number: str) -> None:
        """Remove a way in."""
        await self._desk.database.write(lambda tx: rows.drop(tx, Hook, number))

    async def get(self, number: str) -> Hook:
        """Return a way in."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Hook, number))

    async def page(self, cursor: str | None, limit: int) -> Page[Hook]:
        """List the ways in."""
        found = await self._desk.database.read(lambda tx: rows.listed(tx, Hook, {}, cursor, limit))
        return Page.of(found, limit, lambda hook: hook.id)

    async def hits(self, number: str, cursor: str | None, limit: int) -> Page[Hit]:
        """List the calls of a way in, newest first."""

        def query(tx: Connection) -> list[Hit]:
            rows.get(tx, Hook, number)
            return rows.listed(tx, Hit, {"hook_id": number}, cursor, limit)

        return Page.of(await self._desk.database.read(query), limit, lambda hit: hit.id)

    async def find(self, token: str) -> Hook:
        """Return the active way in with this token, and count the call against its limit."""
        secret = hashed(token)
        hook = await self._desk.database.read(lambda tx: rows.find(tx, Hook, token_hash=secret))
        if hook is None or hook.status != "active":
            raise HookNotFoundError
        if wait := self._bucket.wait_s(hook.id, self._desk.clock.monotonic()):
            raise RateLimitedError(retry_after_s=wait)
        return hook

    async def arrived(self, hook: Hook, arrival: Arrival) -> tuple[Hit, bool]:
        """Do what a call asks for, once for each id of the caller; False: it was done before."""
        try:
            self._verify(hook, arrival)
            return await self._act(hook, arrival)
        except NextAgentError as error:
            refused = self._hit(hook, None, "refused", code=error.code)
            await self._desk.database.write(lambda tx: rows.add(tx, self._desk.tenant_id, refused))
            raise

    async def start(self, job: Job) -> None:
        """Start the flow that a call asked for."""
        start_flow = self._desk.ports.start_flow
        if start_flow is None:
            reason = "nobody on this box runs flows"
            raise ParkError(reason)
        asked = job.payload
        try:
            run = await start_flow(
                asked["agent_id"], asked["flow_id"], asked["contact"], asked["variables"]
            )
        except NextAgentError as error:
            code = error.code
            await self._desk.database.write(lambda tx: _note(tx, asked["hit"], code=code))
            return
        await self._desk.database.write(lambda tx: _note(tx, asked["hit"], run_id=run))

    async def _act(self, hook: Hook, arrival: Arrival) -> tuple[Hit, bool]:
        phone = self._phone(hook, arrival.payload)
        dedup = arrival.headers.get("webhook-id", "")[:200] or None
        if hook.action == "start_flow":
            variables = _variables(hook, arrival.payload)
            return await self._desk.database.write(
                lambda tx: self._queue(tx, hook, phone, variables, dedup)
            )
        text = _text(hook, arrival.payload)
        speaking = self._desk.ports.speaking
        session = await speaking.session(hook.agent_id, hook.session_id)

        def say(tx: Connection) -> tuple[Hit, bool]:
            hit = self._hit(hook, dedup, "accepted")
            if not rows.add(tx, self._desk.tenant_id, hit):
                return _known(tx, hook, dedup), False
            said = speaking.say(tx, agent_id=hook.agent_id, session_id=session, to=phone, text=text)
            hit = replace(hit, outcome="done", message_id=said)
            rows.save(tx, hit)
            return hit, True

        return await self._desk.database.write(say)

    def _queue(
        self, tx: Connection, hook: Hook, phone: str, variables: dict[str, Any], dedup: str | None
    ) -> tuple[Hit, bool]:
        hit = self._hit(hook, dedup, "accepted")
        if not rows.add(tx, self._desk.tenant_id, hit):
            return _known(tx, hook, dedup), False
        asked = {
            "hit": hit.id,
            "agent_id": hook.agent_id,
            "flow_id": hook.flow_id,
            "contact": phone,
            "variables": variables,
        }
        self._desk.queue.add(tx, NewJob(START, asked, lock=f"hook:{phone}"))
        return hit, True

    def _hit(self, hook: Hook, dedup: str | None, outcome: Any, code: str | None = None) -> Hit:
        now = self._desk.clock.now()
        return Hit(new_id(), hook.id, now, outcome, code, None, None, dedup)

    def _phone(self, hook: Hook, payload: Any) -> str:
        source = str(hook.mapping.get("to", ""))
        found = pointers.value(source, payload, set())
        if isinstance(found, str | int) and not isinstance(found, bool):
            digits = self._desk.ports.speaking.digits(str(found))
            if digits is not None:
                return digits
        raise HookPayloadError(field="to", target="to", source=source)

    def _verify(self, hook: Hook, arrival: Arrival) -> None:
        if hook.sealed is None:
            return
        secret = self._desk.vault.open(hook.sealed, context=f"hook/{hook.id}").decode()
        try:
            Signer(secret).verify(arrival.raw, dict(arrival.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise HookSignatureError(field="webhook-signature") from None

    def _seal(self, number: str, secret: str | None) -> bytes | None:
        if secret is None:
            return None
        return self._desk.vault.seal(checked_secret(secret).encode(), context=f"hook/{number}")

    def _check(self, values: Mapping[str, Any]) -> None:
        mapping, action = values["mapping"], values["action"]
        if action == "start_flow" and self._desk.ports.start_flow is None:
            raise FlowsMissingError(field="action")
        needed = {"start_flow": ("to",), "send_message": ("to", "text")}[action]
        for name in needed:
            if not mapping.get(name):
                field = f"mapping.{name}"
                raise _needed(field)
        if action == "start_flow" and not values.get("flow_id"):
            raise _needed(FLOW_ID)


def _needed(field: str) -> BadInputError:
    return BadInputError(field=field, problem="is needed", problem_pt="é obrigatório")


def _text(hook: Hook, payload: Any) -> str:
    source = str(hook.mapping.get("text", ""))
    missing = set[str]()
    found = pointers.value(source, payload, missing)
    text = pointers.plain(found).strip() if found is not None else ""
    if missing or not text or len(text) > MAX_TEXT or "\0" in text:
        raise HookPayloadError(field="text", target="text", source=source)
    return text


def _variables(hook: Hook, payload: Any) -> dict[str, Any]:
    """Return what the flow begins with; what is not in the payload is left out."""
    found: dict[str, Any] = {}
    for name, source in (hook.mapping.get("variables") or {}).items():
        value = pointers.value(source, payload, set())
        if value is not None and len(orjson.dumps(value)) <= MAX_TEXT:
            found[name] = value
    return found


def _known(tx: Connection, hook: Hook, dedup: str | None) -> Hit:
    found = rows.find(tx, Hit, hook_id=hook.id, dedup=dedup)
    assert found is not None  # noqa: S101 - the unique index refused another
    return found


def _note(
    tx: Connection, number: str, *, run_id: str | None = None, code: str | None = None
) -> None:
    """Write down what became of a call; its log may be gone already."""
    if (hit := rows.find(tx, Hit, id=number)) is not None:
        outcome: Outcome = "refused" if code else "done"
        rows.save(tx, replace(hit, outcome=outcome, code=code, run_id=run_id))
