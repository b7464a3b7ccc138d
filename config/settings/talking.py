"""How the box talks with customers."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from .hosts import is_loopback
from .part import Part


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
        if host != "localhost" and not is_loopback(host):
            msg = "only a loopback address (127.0.0.0/8, ::1, localhost) may stand in"
            raise ValueError(msg)
        return value


class Conversations(Part):
    """Defaults of every agent's conversations; an agent's own settings come first."""

    debounce_min_s: float = Field(1.0, ge=0, le=30, description="Shortest wait for more messages")
    debounce_max_s: float = Field(8.0, ge=0, le=60, description="Longest wait; 0 turns it off")
