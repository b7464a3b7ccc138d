"""What the API takes and shows of access."""

from typing import Annotated, Any

from pydantic import Field, SecretStr, StringConstraints

from daemon.web.schema import ApiModel, Moment, Name

from .domain import MAX_PASSWORD, MIN_PASSWORD, USERNAME_PATTERN, Role
from .keys import DEFAULT_DAYS
from .sessions import Tokens

Username = Annotated[str, StringConstraints(strip_whitespace=True, pattern=USERNAME_PATTERN)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD)]
NewPassword = Annotated[SecretStr, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]
Token = Annotated[SecretStr, Field(min_length=1, max_length=4096)]


class BrandView(ApiModel):
    """How the box presents itself."""

    name: str
    accent: str
    logo_url: str | None
    favicon_url: str
    footer: str
    support: str


class StateView(ApiModel):
    """What the page must know before anybody is known."""

    setup_needed: bool
    tenant_id: str
    brand: BrandView
    version: str
    languages: list[str]


class SetupInput(ApiModel):
    """The first owner; `token` is from the set-up link."""

    token: Token
    name: Name
    username: Username
    password: NewPassword


class LoginInput(ApiModel):
    """User name and password."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password


class RefreshInput(ApiModel):
    """A refresh token; each works once."""

    refresh_token: Token


class PasswordInput(ApiModel):
    """One's own new password, with the old one."""

    current_password: Password
    new_password: NewPassword


class PersonView(ApiModel):
    """The user of a session."""

    id: str
    name: str
    username: str
    role: Role


class LoginView(ApiModel):
    """The tokens of a session; `expiresIn` is the life of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's word, no secret
    expires_in: int
    tenant_id: str
    user: PersonView

    @classmethod
    def of(cls, tokens: Tokens) -> "LoginView":
        """Show a login."""
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            expires_in=int(tokens.expires_in.total_seconds()),
            tenant_id=tokens.user.tenant_id,
            user=PersonView.model_validate(tokens.user),
        )


class MeView(ApiModel):
    """Whoever asks: a user, or a program with an API key (then there is no user name)."""

    id: str
    name: str
    username: str | None
    role: Role
    tenant_id: str
    kind: str


class UserView(ApiModel):
    """A user."""

    id: str
    username: str
    name: str
    role: Role
    created_at: Moment
    updated_at: Moment
    last_login_at: Moment | None


class UserInput(ApiModel):
    """A new user."""

    name: Name
    username: Username
    password: NewPassword
    role: Role = "operator"


class UserChangeInput(ApiModel):
    """What to change of a user; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    password: NewPassword | None = None


class KeyInput(ApiModel):
    """A new API key."""

    name: Name
    role: Role = "operator"
    expires_in_days: int = Field(DEFAULT_DAYS, ge=1, le=3650)


class KeyView(ApiModel):
    """An API key, without its text."""

    id: str
    name: str
    role: Role
    prefix: str
    created_by: str
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment | None


class NewKeyView(KeyView):
    """An API key with its text, this once."""

    key: str


EXAMPLES: dict[str, dict[str, Any]] = {
    "login": {"owner": {"username": "maria", "password": "quatro palavras ao acaso"}},
    "user": {
        "operator": {
            "name": "João",
            "username": "joao",
            "password": "quatro palavras ao acaso",
            "role": "operator",
        }
    },
    "key": {"crm": {"name": "CRM", "role": "operator", "expiresInDays": 90}},
}
