"""Ways through a graph: what is reached, what loops, what has a value where."""

from collections.abc import Mapping

from .graph import Graph, sets
from .nodes import Ask, Jump


def neighbours(graph: Graph) -> dict[str, list[tuple[str, str]]]:
    """Return, for each node, the handles that lead on and where to."""
    ways: dict[str, list[tuple[str, str]]] = {node.id: [] for node in graph.nodes}
    for (source, handle), target in graph.ways.items():
        if source in ways and target in ways:
            ways[source].append((handle, target))
    for node in graph.nodes:
        if isinstance(node, Jump) and node.node in ways:
            ways[node.id].append(("jump", str(node.node)))
    return ways


def reached(graph: Graph) -> set[str]:
    """Return the nodes that the first one leads to."""
    ways, found, waiting = neighbours(graph), {graph.start}, [graph.start]
    while waiting:
        for _, target in ways[waiting.pop()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def input_free_loop(graph: Graph) -> list[str] | None:
    """Return a loop that can be walked without the customer ever saying anything.

    An answer breaks a loop; a question that nobody answered in time does not.
    """
    ways = {
        node_id: [
            target
            for handle, target in found
            if not isinstance(graph.by_id[node_id], Ask) or handle == "timeout"
        ]
        for node_id, found in neighbours(graph).items()
    }
    done: set[str] = set()
    for first in ways:
        if first in done:
            continue
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(first, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                path.pop()
                on_path.discard(node)
                done.add(node)
                continue
            if node in on_path:
                return [*path[path.index(node) :], node]
            if node in done:
                continue
            path.append(node)
            on_path.add(node)
            stack.append((node, True))
            stack += [(target, False) for target in ways[node]]
    return None


def setters_before(graph: Graph) -> Mapping[str, frozenset[str]]:
    """Return, for each node, the variables that some way to it may have given a value."""
    ways = neighbours(graph)
    before: dict[str, frozenset[str]] = {graph.start: frozenset()}
    waiting = [graph.start]
    while waiting:
        here = waiting.pop()
        after = before[here] | frozenset(sets(graph.by_id[here]))
        for _, target in ways[here]:
            known = before.get(target)
            if known is None or not after <= known:
                before[target] = after if known is None else known | after
                waiting.append(target)
    return before
