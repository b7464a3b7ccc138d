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
MAKES = {"send-message": "messages", "init": "sessions"}
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
        made = isinstance(answer, dict) and isinstance(answer.get("id"), str)
        if made and response.status in (HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
            word = _words(operation.path)[-1]
            self.known[MAKES.get(word, word)] = answer["id"]
        for name, value in answer.items() if isinstance(answer, dict) else ():
            if name.endswith("Id") and isinstance(value, str):
                self.known.setdefault(f"{name[:-2]}s", value)

    async def path(self, template: str) -> str:
        """Return a path with the ids of things that exist."""
        filled = template
        for match in PARAMETER.finditer(template):
            word = template[: match.start()].rstrip("/").rpartition("/")[2]
            filled = filled.replace(match.group(0), await self._id(MEANS.get(word, word), template))
        return filled

    async def parameters(self, template: str) -> dict[str, str]:
        """Return the ids that fill a path, by the name of the parameter."""
        words = [
            (match.group(1), template[: match.start()].rstrip("/").rpartition("/")[2])
            for match in PARAMETER.finditer(template)
        ]
        return {name: await self._id(MEANS.get(word, word), template) for name, word in words}

    async def _id(self, word: str, template: str) -> str:
        if word not in self.known:
            listing = template[: template.index("{", template.index(f"/{word}/"))].rstrip("/")
            items = (await self.box.get(await self.path(listing)))["items"]
            if not items:
                msg = f"no example makes one of the {word} that {template} is about"
                raise LookupError(msg)
            self.known[word] = items[0]["id"]
        return self.known[word]

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
