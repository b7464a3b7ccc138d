"""How a run goes on with what came of an effect outside."""

from datetime import timedelta

from .conditions import dig
from .nodes import Ask, AskAgent, Http, Say
from .run import Result
from .texts import plain, reais
from .walk import Walk

MAX_KEPT = 4000  # characters of a value that comes from outside


def digressed(walk: Walk, node: Ask, result: Result) -> None:
    """Say the answer to a question in the middle, and ask the step again."""
    if result.asks_person:
        walk.give_over("")
        return
    walk.note("digression", known=result.known, sources=list(result.sources))
    if result.ok and result.text:
        walk.tell(result.text)
    tries = walk.run.tries
    walk.ask(node, walk.graph.repair_of(node))
    walk.set(tries=tries)


def answered(walk: Walk, node: AskAgent, result: Result) -> None:
    """Say and keep the agent's answer."""
    walk.note("answer", known=result.known, sources=list(result.sources))
    if result.asks_person:
        walk.give_over("")
        return
    if node.variable is not None:
        walk.keep(node.variable, result.text[:MAX_KEPT])
    if node.say and result.text:
        walk.tell(result.text)
    unknown = not (result.ok and result.known) and (node.id, "unknown") in walk.graph.ways
    walk.leave("unknown" if unknown else "next")


def replied(walk: Walk, node: Http, result: Result) -> None:
    """Keep what another system replied."""
    walk.keep("http_status", str(result.status) if result.status else "")
    walk.note("replied", ok=result.ok, status=result.status, reason=result.reason)
    if not result.ok:
        walk.leave("error")
        return
    for one in node.map:
        value = dig(result.data, one.path)
        walk.keep(one.variable, _bounded(value))
    walk.leave("next")


def _bounded(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value}"
    if isinstance(value, str):
        return value[:MAX_KEPT]
    return value if len(plain(value)) <= MAX_KEPT else plain(value)[:MAX_KEPT]


def charged(walk: Walk, node: Say, result: Result) -> None:
    """Send the code of a charge, and wait for the payment if so drawn."""
    effect = walk.run.effect or {}
    if not result.ok:
        walk.note("charge_failed", reason=result.reason)
        walk.give_over(walk.ours("no_charge"))
        return
    amount = int(effect.get("amount") or 0)
    what = f" ({effect['description']})" if effect.get("description") else ""
    walk.note("charged", amount=amount, payment=result.payment_id, reason=result.reason)
    walk.tell(walk.ours("charge", amount=reais(amount), what=what))
    walk.tell(result.text, kind="code")
    if result.picture is not None:  # for who reads it from another screen
        walk.speak("", media=result.picture, kind="media")
    walk.set(payment_id=result.payment_id, effect=None)
    if node.pix is None or not node.pix.wait:
        walk.leave("next")
        return
    walk.set(state="charging", wake_at=walk.now + timedelta(minutes=node.pix.timeout_minutes))
