"""What a customer says at a question: the answer, or one of the ways around it."""

from .base import Repair
from .graph import Graph
from .nodes import Ask, Condition
from .repair import asks, corrects, meaning, mentions, value_in
from .texts import name_of
from .values import NotUnderstood, Understood, understand
from .walk import Walk


def answer(walk: Walk, node: Ask, text: str, *, wants_person: bool) -> None:
    """Take what was said at a question: an answer, or a way around it."""
    repair, wish = walk.graph.repair_of(node), meaning(text)
    chosen = node.check.type == "choice" and isinstance(_read(walk, node, text), Understood)
    if not chosen:  # an option may be called "Cancelar" or "Falar com atendente"
        if wants_person and repair.handover:
            walk.give_over(repair.handover_text or "")
            return
        if wish == "cancel" and repair.cancel:
            cancel(walk, repair)
            return
        if wish == "back" and repair.correction and walk.run.trail:
            _back(walk, walk.run.trail[-1])
            return
        if repair.correction and corrects(text) and _correct(walk, node, text):
            return
        if repair.digression and _wonders(walk, node, text):
            walk.work("digression", question=text[:2000])
            return
    _take(walk, node, text, repair)


def _wonders(walk: Walk, node: Ask, text: str) -> bool:
    """Say whether a message is a question of its own: "pode ser amanhã" answers one of ours."""
    if node.check.type == "text":  # any text answers it, so only a clear question is one
        return asks(text, strict=True)
    answers = isinstance(_read(walk, node, text), Understood)
    return asks(text, strict=answers)


def _take(walk: Walk, node: Ask, text: str, repair: Repair) -> None:
    got = _read(walk, node, text)
    if isinstance(got, Understood):
        walk.keep(node.variable, got.value)
        walk.set(trail=(*(one for one in walk.run.trail if one != node.id), node.id))
        walk.note("answered", variable=node.variable)
        walk.leave(got.handle if (node.id, got.handle) in walk.graph.ways else "next")
        return
    walk.set(tries=walk.run.tries + 1)
    walk.note("not_understood", tries=walk.run.tries)
    if walk.run.tries < (repair.tries or 1):
        walk.speak(node.retry_text or got.text)
        tries = walk.run.tries
        walk.ask(node, repair)
        walk.set(tries=tries)
        return
    if (node.id, "confused") in walk.graph.ways:
        walk.leave("confused")
    elif repair.on_confused == "end":
        walk.speak(repair.confused_text or walk.ours("confused_end"))
        walk.finish("confused")
    else:
        walk.give_over(repair.confused_text or walk.ours("confused"))


def _read(walk: Walk, node: Ask, text: str) -> Understood | NotUnderstood:
    today = walk.now.astimezone(walk.zone).date()
    return understand(node.check, text, walk.graph.language, today)


def cancel(walk: Walk, repair: Repair) -> None:
    """End at the customer's wish."""
    walk.speak(repair.cancel_text or walk.ours("cancelled"))
    walk.finish("cancelled")


def late(walk: Walk, node: Ask) -> None:
    """Go on when nobody answered in time."""
    repair = walk.graph.repair_of(node)
    walk.note("timeout")
    if (node.id, "timeout") in walk.graph.ways:
        walk.leave("timeout")
    elif repair.on_timeout == "handover":
        walk.give_over(repair.timeout_text or "")
    else:
        walk.speak(repair.timeout_text or "")
        walk.finish("expired")


# -- corrections


def _back(walk: Walk, node_id: str) -> None:
    trail = walk.run.trail
    walk.note("corrected", to=node_id)
    walk.set(trail=trail[: trail.index(node_id)])
    walk.tell(walk.ours("back"))
    walk.go(node_id)


def _correct(walk: Walk, now_at: Ask, text: str) -> bool:
    """Correct an earlier answer, or go back to its question; False when none is meant."""
    earlier = [walk.graph.by_id.get(one) for one in reversed(walk.run.trail)]
    for node in (one for one in earlier if isinstance(one, Ask)):
        if not mentions(text, node.check.type, node.variable):
            continue
        if mentions(text, now_at.check.type, now_at.variable) and node.check.type == "text":
            continue  # it speaks of the present question
        said = value_in(text) if node.check.type in {"text", "choice"} else text
        got = _read(walk, node, said)
        if not isinstance(got, Understood) or node.check.type == "choice":
            _back(walk, node.id)
            return True
        walk.keep(node.variable, got.value)
        what = name_of(node.check.type, node.variable, walk.graph.language)
        walk.note("corrected", variable=node.variable)
        walk.tell(walk.ours("corrected", what=what))
        if _decides(walk.graph, node.variable):
            _replay(walk, node)
        else:
            walk.ask(now_at, walk.graph.repair_of(now_at))
        return True
    return False


def _decides(graph: Graph, variable: str) -> bool:
    """Say whether the way through the flow depends on a variable."""
    return any(
        one.variable == variable
        for node in graph.nodes
        if isinstance(node, Condition)
        for rule in node.rules
        for one in rule.comparisons
    )


def _replay(walk: Walk, node: Ask) -> None:
    trail = walk.run.trail
    walk.set(node_id=node.id, trail=trail[: trail.index(node.id) + 1])
    walk.leave("next")
