"""The file of a template, and how its blanks are filled in.

A template is one JSON file, format `nextagent.template`, version 1. Blanks stand in its texts as
`[[name]]`; flows use `{{name}}` for what they learn from the customer, so the two never clash.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from daemon.kernel.errors import BadInputError, ConflictError, NotFoundError

CATEGORIES = (
    "clinic",
    "restaurant",
    "real_estate",
    "law",
    "school",
    "car_workshop",
    "ecommerce",
    "condominium",
    "gym",
    "pet_shop",
    "other",
)
Category = Literal[
    "clinic",
    "restaurant",
    "real_estate",
    "law",
    "school",
    "car_workshop",
    "ecommerce",
    "condominium",
    "gym",
    "pet_shop",
    "other",
]
TemplateLanguage = Literal["pt-BR", "en"]

MAX_OWN = 200
MAX_GOLDEN = 200
MAX_FLOW_NODES = 500
BLANK = re.compile(r"\[\[([a-z][a-z0-9_]{0,40})\]\]")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
BlankName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
BlankValue = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Part(BaseModel):
    """Base: camelCase outside, unknown fields refused, never changed once read."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Persona(Part):
    """Who the agent is."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    niche: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    tone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    instructions: Annotated[str, StringConstraints(max_length=8000)] = ""


class Blank(Part):
    """What the operator fills in. Without a value of theirs `default` stands; "" leaves it out."""

    name: BlankName
    label: Line
    example: Annotated[str, StringConstraints(max_length=1000)] = ""
    required: bool = False
    default: BlankValue = ""


class Pair(Part):
    """A question that customers ask, and its answer."""

    question: Words
    answer: Words


class Expectation(Part):
    """What a good answer holds; `a|b` in a word takes either."""

    words: tuple[Line, ...] = Field((), max_length=20)
    sources: tuple[Line, ...] = Field((), max_length=20)
    refusal: bool = False

    @model_validator(mode="after")
    def _something(self) -> "Expectation":
        if not self.refusal and not self.words and not self.sources:
            msg = "give words, sources or refusal: nothing would be tested"
            raise ValueError(msg)
        if self.refusal and self.sources:
            msg = "a refusal has no sources"
            raise ValueError(msg)
        return self


class Golden(Part):
    """A question whose answer is known."""

    question: Words
    expect: Expectation


class FlowDraft(Part):
    """A flow of the agent, as the flows context reads it."""

    name: Line
    graph: dict[str, Any]


class Template(Part):
    """One template, as it stands in a file."""

    format: Literal["nextagent.template"] = "nextagent.template"
    version: Literal[1] = 1
    category: Category
    language: TemplateLanguage
    title: Line
    summary: Annotated[str, StringConstraints(max_length=1000)] = ""
    persona: Persona
    blanks: tuple[Blank, ...] = Field((), max_length=100)
    faqs: tuple[Pair, ...] = Field((), max_length=500)
    golden: tuple[Golden, ...] = Field((), max_length=MAX_GOLDEN)
    settings: dict[str, Any] = Field(default_factory=dict)
    flow: FlowDraft | None = None

    @model_validator(mode="after")
    def _blanks_are_known(self) -> "Template":
        names = [blank.name for blank in self.blanks]
        if len(set(names)) != len(names):
            msg = "blanks: a name stands twice"
            raise ValueError(msg)
        for place, text in texts_of(self):
            for name in BLANK.findall(text):
                if name not in names:
                    msg = f"{place}: [[{name}]] is not among the blanks"
                    raise ValueError(msg)
        sure = {blank.name for blank in self.blanks if blank.required or blank.default}
        fixed = [*_strings("persona", self.persona.model_dump())]
        fixed += _strings("flow", self.flow.model_dump() if self.flow else None)
        for place, text in fixed:
            if unsure := [name for name in BLANK.findall(text) if name not in sure]:
                msg = f"{place}: [[{unsure[0]}]] may stay empty; make it required or give a default"
                raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Stored:
    """A template that can be used: one of the library, or one of the box's own."""

    id: str
    template: Template
    own: bool
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Filled:
    """A template with its blanks filled in: what becomes an agent."""

    name: str
    niche: str
    instructions: str
    settings: Mapping[str, Any]
    faqs: tuple[Pair, ...]
    golden: tuple[Golden, ...]
    flow: FlowDraft | None


class TemplateNotFoundError(NotFoundError):
    """No such template."""

    code = "template_not_found"
    template = "There is no template {id}."
    template_pt = "Não existe o modelo {id}."


class GoldenNotFoundError(NotFoundError):
    """No such golden question, or run of them."""

    code = "golden_not_found"
    template = "There is no golden question or run {id}."
    template_pt = "Não existe a pergunta de ouro ou a rodada {id}."


class TemplateLimitError(ConflictError):
    """The box keeps as many templates, or golden questions, as it may."""

    code = "template_limit"
    template = "At most {limit}. Delete one first."
    template_pt = "No máximo {limit}. Apague antes."


class ShippedTemplateError(ConflictError):
    """Templates of the library stay."""

    code = "template_shipped"
    template = "Template {id} belongs to the library and cannot be deleted."
    template_pt = "O modelo {id} é da biblioteca e não pode ser apagado."


class NoGoldenError(ConflictError):
    """There is nothing to run."""

    code = "golden_empty"
    template = "This agent has no golden questions."
    template_pt = "Este agente não tem perguntas de ouro."


def texts_of(template: Template) -> Iterable[tuple[str, str]]:
    """Return every text that may hold blanks, with its place."""
    yield from _strings("persona", template.persona.model_dump())
    yield from _strings("faqs", [pair.model_dump() for pair in template.faqs])
    yield from _strings("golden", [one.model_dump() for one in template.golden])
    yield from _strings("settings", template.settings)
    yield from _strings("flow", None if template.flow is None else template.flow.model_dump())


def fill(template: Template, name: str, given: Mapping[str, str]) -> Filled:
    """Fill in the blanks. Raises BadInputError naming the one that is missing or unknown.

    A pair or a golden question with a blank that stays empty is left out: nobody wants an agent
    that tells customers "our address is []".
    """
    known = {blank.name: blank for blank in template.blanks}
    for strange in sorted(set(given) - set(known)):
        raise BadInputError(
            field=f"blanks.{strange}",
            problem="is not a blank of this template",
            problem_pt="não é um campo deste modelo",
        )
    values = {one.name: given.get(one.name, "").strip() or one.default for one in known.values()}
    for blank in template.blanks:
        if blank.required and not values[blank.name]:
            raise BadInputError(
                field=f"blanks.{blank.name}",
                problem=f"is required: {blank.label}",
                problem_pt=f"é obrigatório: {blank.label}",
            )
    persona = filled(template.persona.model_dump(), values)
    tone = f"\n\n{TONE[template.language]}: {persona['tone']}" if persona["tone"] else ""
    return Filled(
        name=name,
        niche=persona["niche"],
        instructions=f"{persona['instructions']}{tone}",
        settings=filled(dict(template.settings), values),
        faqs=tuple(
            Pair.model_validate(filled(pair.model_dump(), values))
            for pair in template.faqs
            if not _lacks(pair.model_dump(), values)
        ),
        golden=tuple(
            Golden.model_validate(filled(one.model_dump(), values))
            for one in template.golden
            if not _lacks(one.model_dump(), values)
        ),
        flow=None
        if template.flow is None
        else FlowDraft.model_validate(filled(template.flow.model_dump(), values)),
    )


TONE = {"pt-BR": "Tom", "en": "Tone"}


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Return a value with every blank in every text of it replaced."""
    if isinstance(value, str):
        return BLANK.sub(lambda found: values.get(found[1], ""), value)
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, values) for item in value]
    return value


def blanked(value: Any, values: Mapping[str, str]) -> Any:
    """Put blanks where the given values stand: the way back, to make a template of an agent."""
    if isinstance(value, str):
        for name, text in sorted(values.items(), key=lambda item: -len(item[1])):
            value = value.replace(text, f"[[{name}]]")
        return value
    if isinstance(value, Mapping):
        return {key: blanked(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [blanked(item, values) for item in value]
    return value


def verdict(expect: Expectation, mode: str, answer: str, sources: Iterable[str]) -> list[str]:
    """Return what an answer lacks; empty: it passes."""
    if expect.refusal:
        return [] if mode == "refusal" else ["refusal"]
    if mode == "refusal":
        return ["answer"]
    said, named = flat(answer), flat(" ".join(sources))
    missing = [word for word in expect.words if not _any_of(word, said)]
    return missing + [source for source in expect.sources if not _any_of(source, named)]


def flat(text: str) -> str:
    """Return a text without case and accents, for searching."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _any_of(word: str, text: str) -> bool:
    return any(flat(one) in text for one in word.split("|"))


def _lacks(value: Any, values: Mapping[str, str]) -> bool:
    return any(
        not values.get(name) for _, text in _strings("", value) for name in BLANK.findall(text)
    )


def _strings(place: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(f"{place}.{key}", item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _strings(f"{place}.{number}", item)
