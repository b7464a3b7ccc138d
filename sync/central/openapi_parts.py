"""Schemas of models by name, and an example of a schema from the examples of its parts."""

from typing import Any

from pydantic import BaseModel

REF = "#/components/schemas/{model}"


def ref(name: str) -> dict[str, str]:
    """Return the reference to a schema."""
    return {"$ref": REF.format(model=name)}


class Schemas:
    """The schemas of a document. One name means one thing in it."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def asked(self, model: type[BaseModel]) -> dict[str, Any]:
        """Add what is sent to us, and return its reference."""
        return self._add(model.__name__, model.model_json_schema(ref_template=REF))

    def answered(self, model: type[BaseModel]) -> dict[str, Any]:
        """Add what we answer, and return its reference."""
        schema = model.model_json_schema(ref_template=REF, mode="serialization")
        return self._add(model.__name__, schema)

    def named(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """Add a schema that no model has, and return its reference."""
        return self._add(name, schema)

    def _add(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        for inner, part in {**schema.pop("$defs", {}), name: schema}.items():
            if self.found.setdefault(inner, part) != part:
                msg = f"two models are called {inner}"
                raise ValueError(msg)
        return ref(name)


def example_of(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return a value that fits a schema: what it names as an example, or else the plainest."""
    if "$ref" in schema:
        inner = schemas[schema["$ref"].rsplit("/", 1)[1]]
        return example_of(inner, schemas)
    for name in ("examples", "enum"):
        if name in schema:
            return schema[name][0]
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return example_of(schema[name][0], schemas)
    return _plain(schema, schemas)


def _plain(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", [])
        properties = schema.get("properties", {})
        return {name: example_of(properties[name], schemas) for name in needed}
    if kind == "array":
        return [example_of(schema["items"], schemas)] if "items" in schema else []
    return {"boolean": False, "integer": 1, "string": "text"}.get(str(kind))
