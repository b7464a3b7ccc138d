"""How names are spelt on the wire: camelCase, but for two that the product's contract spells so.

Inside, names are Python's own. Whatever leaves as JSON outside a model of the API - events on the
WebSocket and in webhooks, the facts of logs, notifications and acts - is spelt here, so that
one thing has one name wherever it is read.
"""

import re
from typing import Any

from pydantic.alias_generators import to_camel

AS_SPELT = frozenset({"reason_code", "definition_version"})
_BACK = {to_camel(name): name for name in AS_SPELT}
# Whatever else stands as a key is data: the state of a session, an id.
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def camel(value: Any) -> Any:
    """Spell the keys of JSON, at any depth, as the API does."""
    if isinstance(value, dict):
        return {_spelt(key): camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [camel(item) for item in value]
    return value


def _spelt(name: str) -> str:
    if name in AS_SPELT or not _SNAKE.fullmatch(name):
        return _BACK.get(name, name)
    return to_camel(name)
