"""What the API takes and shows of templates."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from daemon.web.schema import ApiModel, ListQuery, Moment, Name

from .domain import (
    Blank,
    BlankName,
    BlankValue,
    Category,
    Expectation,
    FlowDraft,
    Golden,
    Line,
    Pair,
    Persona,
    Stored,
    Template,
    TemplateLanguage,
    Words,
)


class TemplateQuery(ListQuery):
    """Which templates."""

    category: Category | None = None
    language: TemplateLanguage | None = None
    search: str | None = Field(None, max_length=200, description="Words of title, summary or trade")


class TemplateCard(ApiModel):
    """A template in a list."""

    id: str
    own: bool
    category: Category
    language: TemplateLanguage
    title: str
    summary: str
    niche: str
    faqs: int
    golden: int
    blanks: list[Blank]
    has_flow: bool
    updated_at: Moment | None

    @classmethod
    def of(cls, stored: Stored) -> "TemplateCard":
        """Show a template."""
        one = stored.template
        return cls(
            id=stored.id,
            own=stored.own,
            category=one.category,
            language=one.language,
            title=one.title,
            summary=one.summary,
            niche=one.persona.niche,
            faqs=len(one.faqs),
            golden=len(one.golden),
            blanks=list(one.blanks),
            has_flow=one.flow is not None,
            updated_at=stored.updated_at,
        )


class TemplateView(ApiModel):
    """A whole template, to look at before it is used."""

    id: str
    own: bool
    updated_at: Moment | None
    category: Category
    language: TemplateLanguage
    title: str
    summary: str
    persona: Persona
    blanks: list[Blank]
    faqs: list[Pair]
    golden: list[Golden]
    settings: dict[str, Any]
    flow: FlowDraft | None

    @classmethod
    def of(cls, stored: Stored) -> "TemplateView":
        """Show a template."""
        one: Template = stored.template
        return cls(
            id=stored.id,
            own=stored.own,
            updated_at=stored.updated_at,
            category=one.category,
            language=one.language,
            title=one.title,
            summary=one.summary,
            persona=one.persona,
            blanks=list(one.blanks),
            faqs=list(one.faqs),
            golden=list(one.golden),
            settings=one.settings,
            flow=one.flow,
        )


class InstantiateInput(ApiModel):
    """Make an agent of a template."""

    name: Name
    language: TemplateLanguage | None = Field(
        None, description="Take the template's sister in this language"
    )
    blanks: dict[BlankName, BlankValue] = Field(default_factory=dict, max_length=100)


class MadeView(ApiModel):
    """What was made."""

    agent_id: str
    flow_id: str | None
    faqs: int
    golden: int


class SavedBlank(ApiModel):
    """A text of the agent that becomes a blank."""

    name: BlankName
    label: Line
    value: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)
    ] = Field(description="Wherever this stands, the blank stands instead")
    required: bool = True


class SaveInput(ApiModel):
    """Make a template of an agent."""

    agent_id: str = Field(max_length=64)
    title: Line
    summary: Annotated[str, StringConstraints(max_length=1000)] = ""
    category: Category = "other"
    blanks: list[SavedBlank] = Field(default_factory=list, max_length=100)


class GoldenInput(ApiModel):
    """A question whose answer is known."""

    question: Words
    expect: Expectation


class GoldenView(ApiModel):
    """A golden question."""

    id: str
    question: str
    expect: Expectation


class ResultView(ApiModel):
    """How one question went; `missing` is what the answer lacks."""

    id: str
    question: str
    passed: bool
    missing: list[str]
    mode: str
    answer: str
    trace_id: str | None


class RunView(ApiModel):
    """A run of all golden questions of an agent."""

    id: str
    agent_id: str
    state: Literal["running", "done"]
    started_at: Moment
    finished_at: Moment | None
    total: int
    passed: int
    failed: int
    results: list[ResultView]


FILE_EXAMPLE: dict[str, Any] = {
    "format": "nextagent.template",
    "version": 1,
    "category": "other",
    "language": "pt-BR",
    "title": "Floricultura",
    "summary": "Pedidos e entregas de flores.",
    "persona": {
        "name": "Rosa",
        "niche": "Floricultura",
        "instructions": "Você atende a [[business_name]] com simpatia.",
    },
    "blanks": [{"name": "business_name", "label": "Nome da loja", "required": True}],
    "faqs": [{"question": "Vocês entregam?", "answer": "Sim, no mesmo dia para pedidos até 15h."}],
    "golden": [{"question": "Fazem entrega?", "expect": {"words": ["15h"]}}],
    "settings": {"handover": {"keywords": ["falar com a loja"]}},
}
