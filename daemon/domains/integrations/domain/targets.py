r"""Fields over there by dotted path: `person.name`, `phones[0].value`; made into one JSON body.

A dot that belongs to a name is written `\.`. `phones[0].value` and `phones.0.value` are one path.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.kernel.errors import BadInputError

STEP = re.compile(r"((?:\\.|[^.\[\]\\])+)|\[(\d{1,3})\]")
PLACE = re.compile(r"\d{1,3}")
MAX_STEPS = 12

Step = str | int
Tree = dict[Step, Any]


class TargetError(BadInputError):
    """Two fields over there cannot both be, or one is no path."""

    code = "target_clash"

    def __init__(self, field: str, problem: str, problem_pt: str) -> None:
        super().__init__(field=field, problem=problem, problem_pt=problem_pt)


def body(fields: Mapping[str, Any], field: str = "fields") -> Any:
    """Return the JSON template that the paths stand for. Raises TargetError, naming `field`."""
    root = Tree()
    said: dict[tuple[Step, ...], str] = {}
    for target, source in fields.items():
        steps = _steps(target, field)
        for length in range(1, len(steps)):
            if (other := said.get(tuple(steps[:length]))) is not None:
                raise _inside(field, other, target)
        at = root
        for step in steps[:-1]:
            at = at.setdefault(step, Tree())
        if (known := at.get(steps[-1])) is not None:
            same = said.get(tuple(steps))
            raise _twice(field, same, target) if same else _inside(field, target, _under(known))
        at[steps[-1]] = _Leaf(target, source)
        said[tuple(steps)] = target
    return _json(root, field)


def flat(template: Any, before: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Yield each value of a JSON template with the steps that lead to it."""
    inner: Any = ()
    if isinstance(template, dict):
        inner = template.items()
    elif isinstance(template, list):
        inner = enumerate(template)
    else:
        yield before, template
    for step, item in inner:
        yield from flat(item, (*before, step))


class _Leaf:
    """Where a value goes."""

    def __init__(self, target: str, source: Any) -> None:
        self.target, self.source = target, source


def _steps(target: str, field: str) -> list[Step]:
    steps, at = list[Step](), 0
    while at < len(target) and len(steps) <= MAX_STEPS:
        if (found := STEP.match(target, at)) is None or (found[2] and not steps):
            raise _no_path(field, target)
        name, at = found[1], found.end()
        steps.append(_step(name) if name is not None else int(found[2]))
        if target[at : at + 1] == ".":
            at += 1
            if at == len(target) or target[at] == "[":
                raise _no_path(field, target)
        elif at < len(target) and target[at] != "[":
            raise _no_path(field, target)
    if not steps or len(steps) > MAX_STEPS or any(isinstance(one, str) and not one.strip()
                                                  for one in steps):  # fmt: skip
        raise _no_path(field, target)
    return steps


def _step(name: str) -> Step:
    return int(name) if PLACE.fullmatch(name) else re.sub(r"\\(.)", r"\1", name)


def _json(tree: Any, field: str) -> Any:
    if isinstance(tree, _Leaf):
        return tree.source
    places = [step for step in tree if isinstance(step, int)]
    if not places:
        return {name: _json(item, field) for name, item in tree.items()}
    if len(places) < len(tree):
        name = next(step for step in tree if isinstance(step, str))
        raise _mixed(field, _under(tree[name]), _under(tree[places[0]]))
    for place in range(len(places)):
        if place not in tree:
            raise _gap(field, _under(tree[max(places)]), place)
    return [_json(tree[place], field) for place in range(len(places))]


def _under(tree: Any) -> str:
    """Return the path of some field below."""
    while not isinstance(tree, _Leaf):
        tree = next(iter(tree.values()))
    return tree.target


def _no_path(field: str, target: str) -> TargetError:
    return TargetError(
        field,
        f"{target!r} is no path; write it like person.name or phones[0].value",
        f"{target!r} não é um caminho; escreva como person.name ou phones[0].value",
    )


def _inside(field: str, outer: str, inner: str) -> TargetError:
    return TargetError(
        field,
        f"{outer!r} and {inner!r} clash: the first is a value, so the second cannot go inside it",
        f"{outer!r} e {inner!r} se chocam: o primeiro é um valor, o segundo não cabe dentro dele",
    )


def _twice(field: str, one: str, other: str) -> TargetError:
    return TargetError(
        field,
        f"{one!r} and {other!r} are the same place",
        f"{one!r} e {other!r} são o mesmo lugar",
    )


def _mixed(field: str, name: str, place: str) -> TargetError:
    return TargetError(
        field,
        f"{name!r} and {place!r} clash: one place cannot be an object and a list",
        f"{name!r} e {place!r} se chocam: um lugar não pode ser objeto e lista",
    )


def _gap(field: str, target: str, place: int) -> TargetError:
    return TargetError(
        field,
        f"{target!r} needs a place {place} in its list, too",
        f"{target!r} precisa que a lista tenha também a posição {place}",
    )
