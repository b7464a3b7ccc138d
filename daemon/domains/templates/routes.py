"""Routes of templates and golden questions."""

import orjson
from aiohttp import web

from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .domain import (
    Blank,
    Golden,
    GoldenNotFoundError,
    NoGoldenError,
    ShippedTemplateError,
    Template,
    TemplateLimitError,
    TemplateNotFoundError,
)
from .golden import GoldenQuestions
from .service import Saving, Templates
from .views import (
    FILE_EXAMPLE,
    GoldenInput,
    GoldenView,
    InstantiateInput,
    MadeView,
    RunView,
    SaveInput,
    TemplateCard,
    TemplateQuery,
    TemplateView,
)

TEMPLATES: web.AppKey[Templates] = web.AppKey("templates", Templates)
GOLDEN: web.AppKey[GoldenQuestions] = web.AppKey("golden", GoldenQuestions)

routes = Routes(tag="templates")
golden_routes = Routes(tag="golden")


@routes.get(
    "/templates", query=TemplateQuery, returns=PageView[TemplateCard], errors=[BadInputError]
)
async def page(call: Call[None, TemplateQuery]) -> Page[TemplateCard]:
    """List templates: those of the library, then the box's own."""
    query = call.query
    found = await call.app[TEMPLATES].page(
        category=query.category,
        language=query.language,
        search=query.search,
        cursor=query.cursor,
        limit=query.limit,
    )
    return Page([TemplateCard.of(one) for one in found.items], found.next_cursor)


@routes.post(
    "/templates",
    body=SaveInput,
    returns=TemplateView,
    status=201,
    errors=[NotFoundError, TemplateLimitError],
    examples={
        "own": {
            "agentId": "",
            "title": "Nosso atendimento",
            "category": "other",
            "blanks": [{"name": "business_name", "label": "Nome da empresa", "value": "Loja"}],
        }
    },
)
async def save(call: Call[SaveInput, None]) -> TemplateView:
    """Make a template of an agent: its texts, settings, FAQ, golden questions and flow."""
    body = call.body
    blanks = tuple(
        Blank(name=one.name, label=one.label, example=one.value, required=one.required)
        for one in body.blanks
    )
    saving = Saving(
        agent_id=body.agent_id,
        title=body.title,
        summary=body.summary,
        category=body.category,
        blanks=blanks,
        values={one.name: one.value for one in body.blanks},
    )
    return TemplateView.of(await call.app[TEMPLATES].save(saving))


@routes.post(
    "/templates/import",
    body=Template,
    returns=TemplateView,
    status=201,
    errors=[TemplateLimitError],
    examples={"file": FILE_EXAMPLE},
)
async def bring(call: Call[Template, None]) -> TemplateView:
    """Keep a template from a file. What is wrong in it is named by its path; nothing is kept."""
    return TemplateView.of(await call.app[TEMPLATES].bring(call.body))


@routes.get("/templates/{id}", returns=TemplateView, errors=[TemplateNotFoundError])
async def preview(call: Call[None, None]) -> TemplateView:
    """Show a whole template."""
    return TemplateView.of(await call.app[TEMPLATES].get(call.path["id"]))


@routes.delete("/templates/{id}", errors=[TemplateNotFoundError, ShippedTemplateError])
async def delete(call: Call[None, None]) -> None:
    """Delete an own template; agents made of it stay."""
    await call.app[TEMPLATES].delete(call.path["id"])


@routes.get("/templates/{id}/export", returns=Template, errors=[TemplateNotFoundError])
async def export(call: Call[None, None]) -> web.Response:
    """Return the file of a template; `POST /templates/import` takes it."""
    stored = await call.app[TEMPLATES].get(call.path["id"])
    body = stored.template.model_dump(mode="json", by_alias=True)
    return web.Response(
        body=orjson.dumps(body, option=orjson.OPT_INDENT_2),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="template.json"'},
    )


@routes.post(
    "/templates/{id}/instantiate",
    body=InstantiateInput,
    returns=MadeView,
    status=201,
    errors=[TemplateNotFoundError],
    examples={"named": {"name": "Clara", "blanks": {"business_name": "Clínica Vida"}}},
)
async def instantiate(call: Call[InstantiateInput, None]) -> MadeView:
    """Make an agent with settings, FAQ, golden questions and a flow draft, all at once."""
    body = call.body
    made = await call.app[TEMPLATES].instantiate(
        call.path["id"], name=body.name, language=body.language, blanks=body.blanks
    )
    call.note(agent=made.agent_id)
    return MadeView.model_validate(made)


# -- golden questions


@golden_routes.get(
    "/agents/{id}/golden", query=ListQuery, returns=PageView[GoldenView], errors=[NotFoundError]
)
async def questions(call: Call[None, ListQuery]) -> Page[GoldenView]:
    """List the golden questions of an agent, oldest first."""
    page = await call.app[GOLDEN].page(call.path["id"], call.query.cursor, call.query.limit)
    return Page([_golden(*one) for one in page.items], page.next_cursor)


@golden_routes.post(
    "/agents/{id}/golden",
    body=GoldenInput,
    returns=GoldenView,
    status=201,
    errors=[NotFoundError, TemplateLimitError],
    examples={
        "fact": {"question": "Qual o horário?", "expect": {"words": ["8h|8:00"]}},
        "refusal": {"question": "Qual a capital da França?", "expect": {"refusal": True}},
    },
)
async def add(call: Call[GoldenInput, None]) -> GoldenView:
    """Add a golden question."""
    golden = Golden(question=call.body.question, expect=call.body.expect)
    return _golden(*await call.app[GOLDEN].add(call.path["id"], golden))


@golden_routes.delete("/agents/{id}/golden/{goldenId}", errors=[GoldenNotFoundError])
async def forget(call: Call[None, None]) -> None:
    """Delete a golden question."""
    await call.app[GOLDEN].delete(call.path["id"], call.path["goldenId"])


@golden_routes.post(
    "/agents/{id}/golden/run",
    unaudited="asks the agent; the run is kept",
    returns=RunView,
    status=202,
    errors=[NotFoundError, NoGoldenError],
)
async def run(call: Call[None, None]) -> RunView:
    """Ask the agent every golden question; `GET .../golden/runs/{runId}` tells how it goes.

    A question passes when every expected word stands in the answer (case and accents do not
    matter, `a|b` takes either), every expected source is named, and a refusal is refused.
    """
    return RunView.model_validate(await call.app[GOLDEN].start(call.path["id"]))


@golden_routes.get(
    "/agents/{id}/golden/runs", query=ListQuery, returns=PageView[RunView], errors=[NotFoundError]
)
async def runs(call: Call[None, ListQuery]) -> Page[RunView]:
    """List runs, newest first."""
    page = await call.app[GOLDEN].runs(call.path["id"], call.query.cursor, call.query.limit)
    return Page([RunView.model_validate(one) for one in page.items], page.next_cursor)


@golden_routes.get("/agents/{id}/golden/runs/{runId}", returns=RunView, errors=[NotFoundError])
async def result(call: Call[None, None]) -> RunView:
    """Show a run, as far as it is."""
    return RunView.model_validate(await call.app[GOLDEN].run(call.path["id"], call.path["runId"]))


def _golden(number: str, golden: Golden) -> GoldenView:
    return GoldenView(id=number, question=golden.question, expect=golden.expect)
