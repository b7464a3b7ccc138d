"""Settings of the control plane: `nextagent-central.toml` and `NEXTAGENT_CENTRAL_` variables."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SETTINGS_FILE = Path("nextagent-central.toml")


class CentralSettings(BaseSettings):
    """All of them."""

    model_config = SettingsConfigDict(
        env_prefix="NEXTAGENT_CENTRAL_", toml_file=SETTINGS_FILE, extra="forbid", frozen=True
    )

    state_dir: Path = Field(Path("central"), description="Key, files, and the embedded store")
    database_url: SecretStr = Field(
        SecretStr(""), description="postgresql:// address of the owner; empty takes the embedded"
    )
    connections: int = Field(8, ge=1, le=200, description="Connections to PostgreSQL")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8420, ge=0, le=65535, description="TCP port; 0 takes a free one")
    interval_s: int = Field(900, ge=1, le=86_400, description="How often a box should come")
    at_once: int = Field(16, ge=1, le=1000, description="Batches taken at the same time")
    waiting: int = Field(512, ge=1, le=100_000, description="Batches that may wait; then 429")
    https: bool = Field(False, description="Served over TLS: the login's cookie is for TLS only")
    blob_mb: int = Field(16_384, ge=1, le=1_048_576, description="Largest file for boxes, MiB")
    webhook_networks: list[IPv4Network | IPv6Network] = Field(
        default_factory=list,
        description="Networks of your own that alert webhooks may reach; others must be public",
    )
    mail_host: str = Field("", description="SMTP server for alerts; empty sends none")
    mail_port: int = Field(587, ge=1, le=65535, description="Its port")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is protected"
    )
    mail_ca: Path | None = Field(None, description="Its authority's certificate, if not public")
    mail_user: str = Field("", description="Its user; empty sends without a login")
    mail_password: SecretStr = Field(SecretStr(""), description="Its password")
    mail_sender: str = Field("", description="The address that alerts come from")
    log_level: str = Field("info", description="Least level logged")

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
