"""Every setting of the box: one frozen tree from `nextagent.toml` and `NEXTAGENT_` variables.

A name that is not here, or a value that does not fit, stops the start with a message that names
it. Levels are separated by `__` in variables: `NEXTAGENT_HTTP__PORT=9000`.
"""

import ipaddress
import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SETTINGS_FILE = Path("nextagent.toml")
PREFIX = "NEXTAGENT_"
MEBIBYTE = 1024 * 1024


class Part(BaseModel):
    """Base of each branch: frozen, and strange names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Http(Part):
    """Where the API and the page listen."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for the whole LAN")
    port: int = Field(8321, ge=0, le=65535, description="TCP port; 0 takes a free one")
    public_url: str | None = Field(
        None, description="Address people type, if a proxy stands before"
    )
    max_body_mb: int = Field(64, ge=1, le=1024, description="Largest request body, in MiB")


class Tenant(Part):
    """The one tenant of this box."""

    id: str = Field("local", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", description="Its id")
    name: str = Field("", max_length=120, description="Its name, as people see it")
    timezone: str = Field("America/Sao_Paulo", description="IANA name; month edges follow it")

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Refuse a zone that does not exist: it would only show when an invoice is drawn up."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = "is not a time zone; take an IANA name such as America/Sao_Paulo"
            raise ValueError(msg) from None
        return value

    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$", description="ISO 4217 code")


class Brand(Part):
    """What people see instead of a product name. No other brand shows anywhere."""

    name: str = Field("NextAgent", max_length=60, description="Product name on page and documents")
    accent: str = Field("#22d3ee", pattern=r"^#[0-9a-fA-F]{6}$", description="Accent colour")
    logo: Path | None = Field(None, description="SVG or PNG file on the page; only PNG in PDF")
    favicon: Path | None = Field(None, description="SVG, PNG or ICO file of the browser's tab")
    footer: str = Field("", max_length=200, description="Line at the foot of the page")
    support: str = Field("", max_length=200, description="Where people get help: text or address")


class Log(Part):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level")
    format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal")


class Language(Part):
    """The language model."""

    engine: Literal["llama", "openai", "scripted", "off"] = Field(
        "llama", description="llama: local; openai: any compatible server; scripted: for tests"
    )
    model: str = Field("default", description="Catalogue id, or the path of a GGUF file")
    context_tokens: int = Field(4096, ge=512, le=131072, description="Context shared by all chats")
    slots: int = Field(8, ge=1, le=64, description="Chats answered at the same time")
    threads: int = Field(0, ge=0, le=256, description="Decode threads; 0 follows the cores")
    timeout_s: float = Field(60.0, gt=0, le=600, description="Longest wait for one answer")
    base_url: str = Field("", description="openai engine: address up to and with /v1")
    api_key: SecretStr = Field(SecretStr(""), description="openai engine: key")


class Retrieval(Part):
    """Embeddings and the vector index."""

    embedder: str = Field(
        "default", description="default (multilingual-e5-small), a GGUF path, or openai"
    )
    base_url: str = Field("", description="openai embedder: address up to and with /v1")
    api_key: SecretStr = Field(SecretStr(""), description="openai embedder: key")
    model: str = Field("", description="openai embedder: model name")
    threads: int = Field(1, ge=1, le=64, description="Threads of the embedder")
    chroma_host: str = Field("", description="A Chroma server instead of the embedded one")
    chroma_port: int = Field(8000, ge=1, le=65535, description="Its port")


class Costs(Part):
    """What answers cost, for the figures; 0 leaves a part out."""

    watts: int = Field(0, ge=0, le=10_000, description="What the box draws while it answers")
    energy_centavos_kwh: int = Field(0, ge=0, le=100_000, description="Price of a kWh, in centavos")
    cloud_millionths_per_1k_tokens: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="Price of 1,000 tokens of the openai engine, in millionths of the currency",
    )


class Models(Part):
    """The two model children."""

    language: Language = Language()
    retrieval: Retrieval = Retrieval()


class Whatsapp(Part):
    """The bridge and its limits."""

    enabled: bool = Field(True, description="Start the bridge")
    server_url: str | None = Field(
        None, description="Test server on loopback instead of the official one (ws:// or wss://)"
    )
    server_root: str | None = Field(
        None, pattern=r"^[0-9a-fA-F]{64}$", description="Noise root of that test server, hex"
    )
    server_ca: Path | None = Field(None, description="PEM of the test server's authority")
    version: str | None = Field(
        None, pattern=r"^\d+\.\d+\.\d+$", description="WhatsApp Web version to announce"
    )
    max_sessions: int = Field(20, ge=1, le=200, description="Numbers this box may hold")
    max_message_chars: int = Field(4096, ge=1, le=65536, description="Longest text sent")
    max_media_mb: int = Field(64, ge=1, le=1024, description="Largest media kept, in MiB")
    session_timeout_s: int = Field(180, ge=30, le=3600, description="QR or code not used by then")
    deaf_after_s: int = Field(150, ge=5, le=3600, description="Silent socket is renewed after")
    pacing: bool = Field(True, description="Seen, typing and human pace before a reply")
    groups: bool = Field(False, description="Take messages of groups")

    @field_validator("server_url")
    @classmethod
    def loopback_only(cls, value: str | None) -> str | None:
        """Any server but the official one must be this machine."""
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"ws", "wss"}:
            msg = "must begin with ws:// or wss://"
            raise ValueError(msg)
        host = parts.hostname or ""
        if host != "localhost" and not _is_loopback(host):
            msg = "only a loopback address (127.0.0.0/8, ::1, localhost) may stand in"
            raise ValueError(msg)
        return value


class Limits(Part):
    """How much of each thing; passing one is a 4xx that names the field."""

    agents: int = Field(50, ge=1, le=1000, description="Agents")
    documents: int = Field(500, ge=1, le=100_000, description="Documents of an agent")
    document_mb: int = Field(25, ge=1, le=512, description="Size of one document, in MiB")
    document_pages: int = Field(2000, ge=1, le=20_000, description="Pages of one document")
    document_chars: int = Field(5_000_000, ge=1000, description="Characters of one document")
    faqs: int = Field(1000, ge=1, le=100_000, description="FAQ pairs of an agent")
    question_chars: int = Field(4000, ge=1, le=100_000, description="Length of a question")
    users: int = Field(100, ge=1, le=10_000, description="Users")
    api_keys: int = Field(100, ge=1, le=10_000, description="API keys")


class Sync(Part):
    """The control plane of the fleet, if there is one."""

    url: str = Field("", description="Its address, https://...; empty: the box is on its own")

    @field_validator("url")
    @classmethod
    def secret_on_the_way(cls, value: str) -> str:
        """Refuse plain http, but for this very machine."""
        parts = urlsplit(value)
        here = parts.hostname == "localhost" or _is_loopback(parts.hostname or "")
        if value and parts.scheme != "https" and not (parts.scheme == "http" and here):
            msg = "must begin with https:// (http:// only for this machine)"
            raise ValueError(msg)
        return value


class Children(Part):
    """Supervision of the bridge and of the model children."""

    crashes: int = Field(5, ge=1, le=100_000, description="So many crashes in the window trip")
    window_s: float = Field(600.0, gt=0, le=86_400, description="Window, in seconds")


class Conversations(Part):
    """Defaults of every agent's conversations; an agent's own settings come first."""

    debounce_min_s: float = Field(1.0, ge=0, le=30, description="Shortest wait for more messages")
    debounce_max_s: float = Field(8.0, ge=0, le=60, description="Longest wait; 0 turns it off")


class Retention(Part):
    """How long things are kept."""

    events_days: int = Field(7, ge=1, le=365, description="Event log for resume")
    logs_days: int = Field(90, ge=1, le=3650, description="Logs")
    logs_min_days: int = Field(
        0, ge=0, le=3650, description="Age below which no log line can be deleted, by anybody"
    )
    security_days: int = Field(
        180, ge=1, le=3650, description="The same for lines of access (Marco Civil, art. 15)"
    )
    traces_days: int = Field(90, ge=1, le=3650, description="Answer traces")


class Finance(Part):
    """Invoices of this tenant, and where they are paid."""

    due_days: int = Field(10, ge=0, le=90, description="Days from an invoice to its last day")
    pix_key: str = Field(
        "", max_length=77, description="Pix key that invoices are paid to; empty: no Pix code"
    )
    pix_name: str = Field("", max_length=60, description="Receiver's name; empty: tenant's name")
    pix_city: str = Field("BRASIL", max_length=60, description="Receiver's city")
    provider: Literal["none", "asaas"] = Field(
        "none", description="Who charges for invoices and confirms their payment"
    )
    provider_url: str = Field(
        "https://api.asaas.com",
        pattern=r"^https?://[^\s/]+$",
        description="Its API, without a path",
    )
    provider_key: SecretStr = Field(SecretStr(""), description="Its API key")
    provider_webhook_token: SecretStr = Field(
        SecretStr(""), description="Token its events carry; empty: none are heard"
    )
    reminders_agent: str = Field(
        "",
        max_length=64,
        description="Id of the agent whose number sends reminders and receipts; empty: none",
    )
    language: Literal["pt-BR", "en"] = Field("pt-BR", description="Language of those messages")
    wait_budget_s: int = Field(
        60, ge=1, le=86_400, description="p95 of the first reply above which a box is too small"
    )

    @field_validator("pix_key")
    @classmethod
    def plain(cls, value: str) -> str:
        """Refuse what no Pix key is: e-mail, phone, CPF, CNPJ and random keys are plain ASCII."""
        if not value.isascii() or any(sign.isspace() for sign in value):
            msg = "must have neither blanks nor accents"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def keyed(self) -> Self:
        """Refuse a provider without its key: no invoice would ever be charged."""
        if self.provider != "none" and not self.provider_key.get_secret_value():
            msg = f"provider {self.provider} needs provider_key"
            raise ValueError(msg)
        return self


class Mail(Part):
    """The server that takes the box's mail."""

    host: str = Field(
        "", pattern=r"^[A-Za-z0-9.:_-]*$", max_length=253, description="Its name; empty: no mail"
    )
    port: int = Field(587, ge=1, le=65535, description="Its port")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls (port 587), tls (port 465), none (loopback or LAN)"
    )
    user: str = Field("", max_length=254, description="User; empty: no sign-in")
    password: SecretStr = Field(SecretStr(""), description="Password")
    sender: str = Field(
        "",
        pattern=r"^([!-;A-~]+@[A-Za-z0-9.-]+)?$",
        max_length=254,
        description="Address that mail comes from",
    )
    ca: Path | None = Field(None, description="PEM of a private authority of that server")
    timeout_s: float = Field(20.0, gt=0, le=300, description="Longest wait for each of its answers")
    max_attachments_mb: int = Field(20, ge=1, le=100, description="All files of one letter, in MiB")

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Refuse what would fail at the first letter, or tell the password to the network."""
        if self.host and not self.sender:
            msg = "host needs sender, the address that mail comes from"
            raise ValueError(msg)
        clear = self.security == "none" and bool(self.password.get_secret_value())
        if clear and self.host != "localhost" and not _is_loopback(self.host):
            msg = "security none would send the password in clear; take starttls or tls"
            raise ValueError(msg)
        return self


class Outbound(Part):
    """Where the box may send what integrations and flows ask it to: the internet, and these."""

    allow: tuple[str, ...] = Field(
        (),
        description="JSON list of LAN networks and hosts that may be reached, such as "
        '["192.168.0.0/24", "erp.local"]',
    )

    @field_validator("allow")
    @classmethod
    def networks_and_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is neither: it would let nothing through, and nobody would know why."""
        for entry in value:
            if not (_is_network(entry) or HOST.fullmatch(entry)):
                msg = f"{entry!r} is neither a network, an address nor a host name"
                raise ValueError(msg)
        return value


class Reports(Part):
    """Reports and their files."""

    files: int = Field(200, ge=1, le=10_000, description="Reports kept; the oldest go first")
    total_mb: int = Field(2048, ge=16, le=1_000_000, description="Size of all of them, in MiB")
    keep_days: int = Field(30, ge=1, le=3650, description="Days that a report is kept")
    waiting: int = Field(20, ge=1, le=1000, description="Reports that may wait to be made")
    memory_mb: int = Field(256, ge=128, le=8192, description="Memory of their maker, in MiB")
    pdf_rows: int = Field(200, ge=10, le=2000, description="Messages listed in a PDF")
    timeout_s: float = Field(3600.0, ge=10, le=86_400, description="Longest making of one")


class Integrations(Part):
    """Webhooks, hooks and connectors."""

    limit: int = Field(50, ge=1, le=500, description="Webhooks, hooks and connectors, of each")
    log_days: int = Field(30, ge=1, le=365, description="Deliveries, hits and imports are kept")


class Auth(Part):
    """Tokens and tries."""

    access_minutes: int = Field(15, ge=1, le=1440, description="Life of an access token")
    refresh_days: int = Field(30, ge=1, le=365, description="Life of a refresh token")
    login_tries: int = Field(10, ge=1, le=100, description="Tries per account and 15 minutes")
    setup_hours: int = Field(24, ge=1, le=720, description="Life of the set-up link")


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        toml_file=SETTINGS_FILE,
        extra="forbid",
        frozen=True,
    )

    state_dir: Path = Field(Path("state"), description="Where everything is kept, mode 0700")
    http: Http = Http()
    tenant: Tenant = Tenant()
    brand: Brand = Brand()
    log: Log = Log()
    models: Models = Models()
    whatsapp: Whatsapp = Whatsapp()
    limits: Limits = Limits()
    sync: Sync = Sync()
    children: Children = Children()
    conversations: Conversations = Conversations()
    retention: Retention = Retention()
    finance: Finance = Finance()
    costs: Costs = Costs()
    mail: Mail = Mail()
    reports: Reports = Reports()
    auth: Auth = Auth()
    outbound: Outbound = Outbound()
    integrations: Integrations = Integrations()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's own signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's own signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments come before the environment, the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls, environ: dict[str, str]) -> Self:
        """Read file and environment. Raises SettingsError naming what is wrong."""
        strange = sorted(
            name
            for name in environ
            if name.startswith(PREFIX)
            and not name.startswith(CENTRAL_PREFIX)
            and not _known(name)
            and name not in NOT_SETTINGS
        )
        if strange:
            raise SettingsError([(name, "unknown setting") for name in strange])
        try:
            return cls()
        except ValidationError as error:
            problems = [
                (".".join(str(part) for part in item["loc"]), item["msg"])
                for item in error.errors(include_url=False, include_input=False)
            ]
            raise SettingsError(problems) from None
        except ValueError as error:
            raise SettingsError([(str(SETTINGS_FILE), str(error))]) from None


# Variables with our prefix that are not settings: the link of a child, the restore passphrase.
CENTRAL_PREFIX = "NEXTAGENT_CENTRAL_"  # the control plane's own, where both run on one machine
NOT_SETTINGS = frozenset({"NEXTAGENT_FD", "NEXTAGENT_PASSPHRASE"})


class SettingsError(Exception):
    """The start stops: each problem is (setting, what is wrong)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = problems


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# A last label of digits is an address somebody mistyped, never a name.
HOST = re.compile(r"(?=.{1,253}$)(?:[A-Za-z0-9-]{1,63}\.)*(?!\d+$)[A-Za-z0-9-]{1,63}\.?")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _known(variable: str) -> bool:
    """Say whether a variable names a setting; pydantic ignores strange ones at the top level."""
    model: type[BaseModel] = Settings
    for name in variable.removeprefix(PREFIX).lower().split("__"):
        info = model.model_fields.get(name)
        if info is None:
            return False
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            model = info.annotation
    return True
