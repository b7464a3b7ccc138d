"""No floating point anywhere near money: the types and the code itself are read."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

import daemon.domains.finance as context

ROOT = Path(context.__path__[0])
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(context.__path__, f"{context.__name__}.")
]


def classes() -> Iterator[type[Any]]:
    for module in MODULES:
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__:
                yield found


def parts(annotation: Any) -> set[Any]:
    if isinstance(annotation, list):  # the arguments of a callable
        return set().union(*(parts(one) for one in annotation))
    inner = get_args(annotation)
    return {annotation}.union(*(parts(one) for one in inner)) if inner else {annotation}


def test_no_record_and_no_view_has_a_float() -> None:
    looked_at = 0
    for found in classes():
        if not (dataclasses.is_dataclass(found) or issubclass(found, BaseModel)):
            continue
        looked_at += 1
        for name, annotation in get_type_hints(found).items():
            assert float not in parts(annotation), f"{found.__name__}.{name}"
    assert looked_at > 50


def test_what_is_called_an_amount_is_a_whole_number() -> None:
    amounts = {"amount", "total", "unit", "paid", "credited", "price", "mrr", "balance"}
    looked_at = 0
    for found in classes():
        if dataclasses.is_dataclass(found) or issubclass(found, BaseModel):
            for name, annotation in get_type_hints(found).items():
                if name in amounts or name.endswith("_centavos"):
                    looked_at += 1
                    assert parts(annotation) & {int}, f"{found.__name__}.{name}"
    assert looked_at > 40


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.stem)
def test_no_line_divides_or_computes_in_floating_point(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), where
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"}), where
        assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)), (
            where
        )
