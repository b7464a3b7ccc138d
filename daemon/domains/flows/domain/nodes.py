"""The nodes of a flow, by kind. Publishing reads a draft with this."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from daemon.kernel.choices import checked
from daemon.kernel.complaints import WrongValueError
from daemon.kernel.errors import BadInputError

from .base import (
    MAX_HTTP_S,
    MAX_OPTIONS,
    MAX_TEXT,
    MAX_WAIT_S,
    Id,
    Minutes,
    Part,
    Repair,
    Short,
    Variable,
    Words,
)


class Position(Part):
    """Where the editor shows a node."""

    x: float = Field(0, allow_inf_nan=False)
    y: float = Field(0, allow_inf_nan=False)


class Node(Part):
    """What every node has."""

    id: Id
    title: Short = ""
    position: Position | None = None


class Media(Part):
    """A file that was uploaded to `POST /flows/media`."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Pix(Part):
    """A charge: its amount in centavos, or the variable that holds an amount in reais."""

    amount_centavos: int | None = Field(None, ge=1, le=100_000_000)
    amount_variable: Variable | None = None
    description: Short = ""
    name_variable: Variable | None = Field(
        None, description="who pays; the contact's own name without it"
    )
    document_variable: Variable | None = Field(
        None, description="holds the payer's CPF or CNPJ, which a payment provider asks for"
    )
    wait: bool = True
    timeout_minutes: Minutes = 60

    @model_validator(mode="after")
    def _one_amount(self) -> "Pix":
        if (self.amount_centavos is None) == (self.amount_variable is None):
            en, pt = (
                "give amountCentavos or amountVariable",
                "informe amountCentavos ou amountVariable",
            )
            raise WrongValueError(en, pt)
        return self


class Say(Node):
    """Say something: text, a file, a Pix charge."""

    kind: Literal["say"]
    text: Words = ""
    media: Media | None = None
    pix: Pix | None = None

    @model_validator(mode="after")
    def _something(self) -> "Say":
        if not self.text.strip() and self.media is None and self.pix is None:
            en, pt = (
                "nothing to say: give text, media or pix",
                "nada a dizer: informe text, media ou pix",
            )
            raise WrongValueError(en, pt)
        return self


class Option(Part):
    """One of the choices; its id is the handle of its edge."""

    id: Id
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


CheckType = Literal["text", "email", "cpf", "cnpj", "cpf_cnpj", "phone", "date", "number", "choice"]


class Check(Part):
    """What an answer must be."""

    type: CheckType = "text"
    min: float | None = Field(None, allow_inf_nan=False)
    max: float | None = Field(None, allow_inf_nan=False)
    min_length: int = Field(1, ge=0, le=MAX_TEXT)
    max_length: int = Field(1000, ge=1, le=MAX_TEXT)
    pattern: Short | None = Field(None, description="RE2 syntax; the whole answer must match")
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "BR"
    options: tuple[Option, ...] = Field((), max_length=MAX_OPTIONS)

    @model_validator(mode="after")
    def _options(self) -> "Check":
        if self.type == "choice" and len(self.options) < 2:  # noqa: PLR2004 - one is no choice
            en, pt = (
                "a choice needs at least two options",
                "uma escolha precisa de pelo menos duas opções",
            )
            raise WrongValueError(en, pt)
        if self.type == "choice":
            try:
                checked("?", [option.label for option in self.options])
            except BadInputError as error:
                en = "two options say the same"
                pt = "duas opções dizem o mesmo"
                raise WrongValueError(en, pt) from error
        return self


class Ask(Node):
    """Ask, and keep the answer in a variable."""

    kind: Literal["ask"]
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)
    ]
    variable: Variable
    check: Check = Check()
    retry_text: Words = ""
    repair: Repair = Repair()


Operator = Literal[
    "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with",
    "greater", "greater_or_equal", "less", "less_or_equal", "is_set", "is_empty",
    "matches", "not_matches",
]  # fmt: skip


class Comparison(Part):
    """One comparison; `value` may hold {{variables}}, and is an RE2 pattern for `matches`."""

    variable: Variable
    op: Operator
    value: Short = ""


class Rule(Part):
    """A branch; its id is the handle of its edge."""

    id: Id
    match: Literal["all", "any"] = "all"
    comparisons: tuple[Comparison, ...] = Field(min_length=1, max_length=20)


class Condition(Node):
    """Take the edge of the first rule that holds, else `else`."""

    kind: Literal["condition"]
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=20)


class Assign(Part):
    """A change of one variable."""

    variable: Variable
    op: Literal["set", "add", "subtract", "append", "clear", "today", "now"] = "set"
    value: Words = ""


class SetNode(Node):
    """Change variables."""

    kind: Literal["set"]
    assign: tuple[Assign, ...] = Field(min_length=1, max_length=50)


class Mapping(Part):
    """What of a JSON answer goes into which variable: `data.items[0].name`."""

    variable: Variable
    path: Short


class Http(Node):
    """Call another system."""

    kind: Literal["http"]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    headers: dict[Short, Words] = Field(default_factory=dict, max_length=30)
    body: Annotated[str, StringConstraints(max_length=20_000)] = ""
    timeout_seconds: int = Field(10, ge=1, le=MAX_HTTP_S)
    map: tuple[Mapping, ...] = Field((), max_length=50)


class AskAgent(Node):
    """Let the agent answer from its documents."""

    kind: Literal["ask_agent"]
    question: Words = "{{last_message}}"
    variable: Variable | None = None
    say: bool = True


class Handover(Node):
    """Give the chat to a person; the run ends."""

    kind: Literal["handover"]
    text: Words = ""


class Wait(Node):
    """Go on later."""

    kind: Literal["wait"]
    seconds: int = Field(ge=1, le=MAX_WAIT_S)


class Jump(Node):
    """Go on at another node, or at the beginning of another flow."""

    kind: Literal["jump"]
    node: Id | None = None
    flow: Id | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "Jump":
        if (self.node is None) == (self.flow is None):
            en = "give node or flow"
            pt = "informe node ou flow"
            raise WrongValueError(en, pt)
        return self


class End(Node):
    """The run is complete."""

    kind: Literal["end"]
    text: Words = ""


AnyNode = Annotated[
    Say | Ask | Condition | SetNode | Http | AskAgent | Handover | Wait | Jump | End,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[Node]] = {
    "say": Say, "ask": Ask, "condition": Condition, "set": SetNode, "http": Http,
    "ask_agent": AskAgent, "handover": Handover, "wait": Wait, "jump": Jump, "end": End,
}  # fmt: skip


def raw(node: Node) -> dict[str, Any]:
    """Return a node as its JSON."""
    return node.model_dump(mode="json", by_alias=True, exclude_none=True)
