"""The library, own templates, and agents made of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import (
    MAX_OWN,
    Blank,
    FlowDraft,
    Golden,
    Persona,
    ShippedTemplateError,
    Stored,
    Template,
    TemplateLimitError,
    blanked,
    fill,
    flat,
)
from .library import shipped
from .ports import Ports


@dataclass(frozen=True)
class Made:
    """What became of a template."""

    agent_id: str
    flow_id: str | None
    faqs: int
    golden: int


@dataclass(frozen=True)
class Saving:
    """How to make a template of an agent: `values` are the texts that become blanks."""

    agent_id: str
    title: str
    summary: str
    category: str
    blanks: tuple[Blank, ...]
    values: Mapping[str, str]


class Templates:
    """Templates of the box and of the library."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str, ports: Ports) -> None:
        self._db, self._clock, self._tenant, self._ports = database, clock, tenant_id, ports
        self._known: Mapping[str, Stored] = {}

    async def page(
        self,
        *,
        category: str | None,
        language: str | None,
        search: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Stored]:
        """List templates: the library first, then own ones, oldest first."""
        own = await self._db.read(lambda tx: store.own(tx, self._known))
        self._known = {one.id: one for one in own}
        everything = [*(await self._shipped()).values(), *own]
        keys = {one.id: (one.own, one.id) for one in everything}
        words = flat(search or "").split()
        found = [
            one
            for one in everything
            if category in (None, one.template.category)
            and language in (None, one.template.language)
            and _holds(one.template, words)
            and (cursor is None or keys[one.id] > (cursor.startswith("o"), cursor[1:]))
        ]
        found.sort(key=lambda one: keys[one.id])
        return Page.of(found[: limit + 1], limit, lambda one: f"{'o' if one.own else 's'}{one.id}")

    async def get(self, number: str) -> Stored:
        """Return a template. Raises TemplateNotFoundError."""
        library = await self._shipped()
        if number in library:
            return library[number]
        return await self._db.read(lambda tx: store.get(tx, number))

    async def instantiate(
        self, number: str, *, name: str, language: str | None, blanks: Mapping[str, str]
    ) -> Made:
        """Make an agent with settings, FAQ pairs, golden questions and a flow: all or nothing."""
        found = await self.get(number)
        sister = f"{number.partition('.')[0]}.{language}"
        if language and not found.own and language != found.template.language:
            found = await self.get(sister)
        ready = fill(found.template, name, blanks)
        settings = {"language": found.template.language, **ready.settings}
        now, ports = self._clock.now(), self._ports

        def commit(tx: Connection) -> Made:
            agent = ports.create_agent(tx, ready.name, ready.niche, ready.instructions, settings)
            for pair in ready.faqs:
                ports.add_pair(tx, agent, pair.question, pair.answer)
            for golden in ready.golden:
                store.add_golden(tx, self._tenant, agent, golden, number=new_id(), at=now)
            flow = None
            if ready.flow is not None:
                flow = ports.draft_flow(tx, agent, ready.flow.name, ready.flow.graph)
            return Made(agent, flow, len(ready.faqs), len(ready.golden))

        return await self._db.write(commit)

    async def bring(self, template: Template) -> Stored:
        """Keep a template that came as a file; it is checked whole before."""
        self._ports.check_settings(template.settings)
        if template.flow is not None:
            await asyncio.to_thread(self._ports.check_flow, template.flow.graph)
        return await self._db.write(lambda tx: self._keep(tx, template))

    async def save(self, saving: Saving) -> Stored:
        """Make a template of an agent as it is now."""

        def commit(tx: Connection) -> Stored:
            source = self._ports.read_agent(tx, saving.agent_id)
            golden = [one for _, one in store.golden(tx, saving.agent_id, None, 10_000)]
            raw = {
                "persona": Persona(
                    name=source.name, niche=source.niche, instructions=source.instructions
                ).model_dump(),
                "faqs": [{"question": asked, "answer": said} for asked, said in source.faqs],
                "golden": [one.model_dump() for one in golden],
                "settings": {
                    key: value for key, value in source.settings.items() if key != "language"
                },
                "flow": source.flow
                and FlowDraft(name=source.flow[0], graph=dict(source.flow[1])).model_dump(),
            }
            template = Template.model_validate(
                {
                    "category": saving.category,
                    "language": "en" if source.language == "en" else "pt-BR",
                    "title": saving.title,
                    "summary": saving.summary,
                    "blanks": [blank.model_dump() for blank in saving.blanks],
                    **blanked(raw, saving.values),
                }
            )
            return self._keep(tx, template)

        return await self._db.write(commit)

    async def delete(self, number: str) -> None:
        """Remove an own template."""
        if number in await self._shipped():
            raise ShippedTemplateError(id=number)
        await self._db.write(lambda tx: store.delete(tx, number))

    def _keep(self, tx: Connection, template: Template) -> Stored:
        if store.count(tx) >= MAX_OWN:
            raise TemplateLimitError(field="templates", limit=MAX_OWN)
        return store.add(tx, self._tenant, new_id(), template, self._clock.now())

    async def _shipped(self) -> Mapping[str, Stored]:
        return await asyncio.to_thread(shipped)


def _holds(template: Template, words: list[str]) -> bool:
    if not words:
        return True
    persona = template.persona
    text = flat(f"{template.title} {template.summary} {template.category} {persona.niche}")
    return all(word in text for word in words)


def shown(golden: Golden) -> dict[str, Any]:
    """Return a golden question as its JSON."""
    return golden.model_dump(mode="json", by_alias=True)
