"""What a context adds to a box: services that its routes find, and jobs that the worker runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from daemon.infra.worker import Handler


@dataclass(frozen=True)
class Part:
    """One context, built."""

    services: Mapping[web.AppKey[Any], Any]
    handlers: Mapping[str, Handler] = field(default_factory=dict)
