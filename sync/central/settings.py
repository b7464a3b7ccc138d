"""Settings of the control plane: `nextagent-central.toml` and `NEXTAGENT_CENTRAL_` variables."""

from pathlib import Path

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
