"""Users, API keys and sessions; the rules and errors of access. Pure."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from daemon.kernel.errors import (
    BadInputError,
    ConflictError,
    ForbiddenError,
    UnauthorizedError,
)

Role = Literal["viewer", "operator", "owner"]

TRY_WINDOW = timedelta(minutes=15)
MIN_PASSWORD = 8
MAX_PASSWORD = 128
USERNAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}$"
# Of what people choose when eight characters are asked for, here and abroad.
COMMON_WORDS = """
12345678 123456789 1234567890 123123123 987654321 password password1 passw0rd qwerty123
qwertyui qwertyuiop iloveyou 11111111 00000000 1q2w3e4r 1qaz2wsx abcd1234 abc12345 admin123
administrator sunshine princess football baseball superman trustno1 whatsapp nextagent
senha123 senha1234 senha12345 mudar123 mudar@123 brasil123 flamengo corinthians palmeiras
saopaulo jesuscristo deusefiel familia123 teamo123 minhasenha acesso123 empresa123
usuario123 administrador
"""
COMMON = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True)
class User:
    """A person with a password."""

    id: str
    tenant_id: str
    username: str
    name: str
    role: Role
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None = None


@dataclass(frozen=True)
class ApiKey:
    """A program's proof: a role, an end, and a prefix to recognise it by. Shown once."""

    id: str
    tenant_id: str
    prefix: str
    name: str
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A login. Its refresh tokens form a family that ends as one."""

    id: str
    user_id: str
    expires_at: datetime
    revoked: bool

    def lives(self, now: datetime) -> bool:
        """Say whether it still admits anybody."""
        return not self.revoked and now < self.expires_at


class LoginFailedError(UnauthorizedError):
    """One of the two is wrong; which one is nobody's business."""

    code = "login_failed"
    template = "The user name or the password is wrong."
    template_pt = "Usuário ou senha incorretos."


class TokenInvalidError(UnauthorizedError):
    """The token is not one of ours, or was revoked."""

    code = "token_invalid"
    template = "The token is not valid. Sign in again, or create a new API key."
    template_pt = "O token não é válido. Entre de novo ou crie uma nova chave de API."


class TokenExpiredError(UnauthorizedError):
    """The token was good once."""

    code = "token_expired"
    template = "The token has expired. Refresh it, or sign in again."
    template_pt = "O token expirou. Renove-o ou entre de novo."


class RefreshReusedError(UnauthorizedError):
    """A refresh token came twice: somebody has a copy. The whole family is revoked."""

    code = "refresh_reused"
    template = "This refresh token was used before. For safety, sign in again."
    template_pt = "Este token de renovação já foi usado. Por segurança, entre de novo."


class SetupTokenError(UnauthorizedError):
    """The set-up link is wrong or too old."""

    code = "setup_token_invalid"
    template = "This set-up link is not valid any more. Run: nextagent setup-link"
    template_pt = "Este link de configuração não vale mais. Execute: nextagent setup-link"


class SetupDoneError(ConflictError):
    """The box has its owner already."""

    code = "setup_done"
    template = "This box is set up already. Sign in."
    template_pt = "Este equipamento já foi configurado. Entre com sua conta."


class UsernameTakenError(ConflictError):
    """Two people cannot share a user name."""

    code = "username_taken"
    template = "The user name {username} is taken."
    template_pt = "O usuário {username} já existe."


class LastOwnerError(ConflictError):
    """Without an owner nobody could manage the box."""

    code = "last_owner"
    template = "This is the last owner. Make somebody else an owner first."
    template_pt = "Este é o último proprietário. Antes, torne outra pessoa proprietária."


class LimitReachedError(ConflictError):
    """The box holds as many as its settings allow."""

    code = "limit_reached"
    template = "There are {limit} already; the setting {field_name} allows no more."
    template_pt = "Já existem {limit}; a configuração {field_name} não permite mais."


class NoPasswordError(ForbiddenError):
    """Only people have passwords."""

    code = "no_password"
    template = "An API key has no password. Sign in as a user to change yours."
    template_pt = "Uma chave de API não tem senha. Entre com sua conta para trocar a sua."


class PasswordWeakError(BadInputError):
    """A guesser would try this one early."""

    code = "password_weak"


def normal(username: str) -> str:
    """Return the one form of a user name."""
    return username.strip().lower()


def check_password(password: str, username: str, field: str = "password") -> None:
    """Refuse what is short, common, or made of the user name."""
    lowered = password.lower()
    if len(password) < MIN_PASSWORD:
        problem = f"needs at least {MIN_PASSWORD} characters"
        problem_pt = f"precisa de pelo menos {MIN_PASSWORD} caracteres"
    elif lowered in COMMON or len(set(lowered)) < 3:  # noqa: PLR2004 - aaaaaaaa, abababab
        problem = "is one of the first that anybody would guess"
        problem_pt = "é uma das primeiras que qualquer um tentaria"
    elif len(normal(username)) >= 4 and normal(username) in lowered:  # noqa: PLR2004 - "ana" is in too many
        problem = "must not contain the user name"
        problem_pt = "não pode conter o nome de usuário"
    else:
        return
    raise PasswordWeakError(field=field, problem=problem, problem_pt=problem_pt)


def check_owner_remains(users: Sequence[User], changed: User, role: Role | None) -> None:
    """Refuse to take the role from the last owner; `role` None means removal."""
    owners = {user.id for user in users if user.role == "owner"}
    if role != "owner" and owners == {changed.id}:
        raise LastOwnerError


def network_of(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
