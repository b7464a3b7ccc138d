"""Sends every documented example to a running box, in the document's order.

What one example makes, the next ones use: an id in a path is known by the word before it, an id in
a body by its name (`planId` is the id of one of the `plans`). So a box that has seen all examples
is one that holds something of everything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.journeys.box import ApiError, Box

PARAMETER = re.compile(r"\{(\w+)\}")
# A word in a path that stands before the id of something else.
MEANS = dict.fromkeys(("whatsapp", "flow", "settings", "langchain"), "agents")
# What a word at the end of a path makes, where it is not named so.
MAKES = {
    "send-message": "messages",
    "init": "sessions",
    "/agents/{id}/golden/run": "/agents/{id}/golden/runs",
}
MADE = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED)
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """A documented operation."""

    method: str
    path: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def success(self) -> set[int]:
        return {int(status) for status in self.document["responses"] if int(status) < 300}

    @property
    def wants_body(self) -> bool:
        return JSON in self.document.get("requestBody", {}).get("content", {})

    @property
    def query(self) -> dict[str, Any]:
        """Return the examples of what must be asked with it."""
        asked = [one for one in self.document.get("parameters", ()) if one.get("required")]
        return {one["name"]: one["schema"]["examples"][0] for one in asked if one["in"] == "query"}

    def examples(self) -> dict[str, Any]:
        if not self.wants_body:
            return {}
        content = self.document["requestBody"]["content"][JSON]
        return {name: one["value"] for name, one in content.get("examples", {}).items()}


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Return all operations in the document's order."""
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            yield Operation(method.upper(), path, one)


@dataclass
class Walk:
    """One way through the document; `known` are the ids of what it made or found."""

    box: Box
    known: dict[str, str] = field(default_factory=dict)

    async def send(self, operation: Operation, example: Any) -> None:
        """Send one example and keep the id of what it made."""
        path = await self.path(operation.path)
        body = self._body(example)
        async with self.box.raw(operation.method, path, json=body) as response:
            text = await response.text()
            answer = await response.json(content_type=None) if text else None
            if response.status not in operation.success:
                raise ApiError(response.status, {"of": operation.name, "sent": body, "got": answer})
        if isinstance(answer, dict) and "id" in answer and response.status in MADE:
            word = _words(operation.path)[-1]
            self.known[MAKES.get(operation.path, MAKES.get(word, word))] = str(answer["id"])
        for name, value in answer.items() if isinstance(answer, dict) else ():
            if name.endswith("Id") and isinstance(value, str):
                self.known.setdefault(f"{name[:-2]}s", value)

    async def path(self, template: str) -> str:
        """Return a path with the ids of things that exist."""
        filled = template
        for name, value in (await self.parameters(template)).items():
            filled = filled.replace(f"{{{name}}}", value)
        return filled

    async def parameters(self, template: str) -> dict[str, str]:
        """Return the ids that fill a path, by the name of the parameter."""
        return {
            match.group(1): await self._id(template[: match.start()].rstrip("/"))
            for match in PARAMETER.finditer(template)
        }

    async def _id(self, collection: str) -> str:
        """Return the id of something in a collection: made by an example, or else listed."""
        word = _words(collection)[-1]
        word = MEANS.get(word, word)
        for name in (collection, word):
            if name in self.known:
                return self.known[name]
        try:
            items = (await self.box.get(await self.path(collection)))["items"]
        except ApiError as error:
            raise LookupError(collection) from error
        if not items:
            msg = f"no example makes one of {collection}"
            raise LookupError(msg)
        first = items[0]
        self.known[collection] = str(first.get("id") or next(iter(first.values())))
        return self.known[collection]

    def _body(self, example: Any) -> Any:
        if isinstance(example, list):
            return [self._body(item) for item in example]
        if not isinstance(example, dict):
            return example
        return {
            name: self.known.get(f"{name[:-2]}s", value)
            if name.endswith("Id") and isinstance(value, str)
            else self._body(value)
            for name, value in example.items()
        }


def _words(path: str) -> list[str]:
    return [word for word in path.split("/") if word and not word.startswith("{")]
