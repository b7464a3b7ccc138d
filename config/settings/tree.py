"""The whole tree, and how it is read."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .box import Auth, Brand, Children, Http, Limits, Log, Retention, Tenant
from .business import Finance, Reports
from .models import Costs, Models
from .network import Integrations, Mail, Outbound, Sync
from .talking import Conversations, Whatsapp

SETTINGS_FILE = Path("nextagent.toml")
PREFIX = "NEXTAGENT_"
# Variables with our prefix that are not settings: the link of a child, the restore passphrase.
CENTRAL_PREFIX = "NEXTAGENT_CENTRAL_"  # the control plane's own, where both run on one machine
NOT_SETTINGS = frozenset({"NEXTAGENT_FD", "NEXTAGENT_PASSPHRASE"})


class SettingsError(Exception):
    """The start stops: each problem is (setting, what is wrong)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = problems


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
