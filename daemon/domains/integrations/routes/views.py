"""What all routes of integrations share: where the service is found, and kinds of fields."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from daemon.domains.integrations.service.parts import Integrations

INTEGRATIONS: web.AppKey[Integrations] = web.AppKey("integrations", Integrations)

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2048)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
HeaderValue = Annotated[str, StringConstraints(max_length=2000)]
Headers = Annotated[dict[HeaderName, HeaderValue], Field(max_length=20)]
Secret = Annotated[str, StringConstraints(max_length=200)]
Source = Annotated[
    str,
    StringConstraints(max_length=4096),
    Field(description="A JSON pointer, or a text with {{/pointers}} and {{/pointer|fallback}}"),
]
