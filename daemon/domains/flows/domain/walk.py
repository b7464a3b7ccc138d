"""One move along a graph: from where a run stands to where it waits, works or ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .base import Repair
from .conditions import assign, holds, number
from .graph import Graph
from .nodes import (
    Ask,
    AskAgent,
    Condition,
    End,
    Handover,
    Http,
    Jump,
    Say,
    SetNode,
    Wait,
)
from .run import UNFINISHED, Moved, Outcome, Run, Said, Step
from .secret_words import pieces
from .texts import MAX_FILLED, fill, in_json, in_url, plain, say, shown

MAX_STEPS = 200  # nodes passed in one move: a published graph has no loop, two flows may
MAX_SAID = 500  # messages of one run: a customer and a flow that never end

FindGraph = Callable[[str], tuple[int, Graph] | None]
"""Returns the published version of a flow."""


class Walk:
    """Collects what a move does; `end` gives it back as one value."""

    def __init__(
        self, graph: Graph, run: Run, *, now: datetime, zone: ZoneInfo, find: FindGraph
    ) -> None:
        self.graph, self.run, self.now, self.zone, self._find = graph, run, now, zone, find
        self.said: list[Said] = []
        self.steps: list[Step] = []
        self.hands_over = False

    def end(self) -> Moved:
        """Return the move."""
        run = replace(
            self.run,
            step=self.run.step + 1,
            said=self.run.said + len(self.said),
            updated_at=self.now,
        )
        return Moved(run, tuple(self.said), tuple(self.steps), self.hands_over)

    # -- values and words

    def value(self, name: str) -> Any:
        """Return what a name stands for, ours or the flow's."""
        run, local = self.run, self.now.astimezone(self.zone)
        own = {
            "contact_name": run.contact_name,
            "contact_phone": run.contact_phone,
            "agent_name": run.agent_name,
            "channel": run.channel,
            "today": local.date().isoformat(),
            "now": local.strftime("%H:%M"),
        }
        if name in own:
            return own[name]
        return run.variables.get(name)

    def words(self, text: str) -> str:
        """Fill a text that a customer reads."""

        def put(name: str) -> Any:
            value = self.value(name)
            kind = "date" if name == "today" else self.graph.types.get(name)
            return None if value is None else shown(kind, value, self.graph.language)

        return fill(text, put, plain)[:MAX_FILLED].strip()

    def raw(self, text: str) -> str:
        """Fill a text that a program reads."""
        return fill(text, self.value, plain)[:MAX_FILLED]

    def speak(self, text: str, **more: Any) -> None:
        """Say something, unless nothing is left of it."""
        filled = self.words(text)
        if filled or more.get("media"):
            self.said.append(Said(filled, node=self.run.node_id, **more))

    def tell(self, text: str, **more: Any) -> None:
        """Say something as it is: words of ours, or from outside, where braces mean nothing."""
        if text.strip():
            self.said.append(Said(text.strip()[:MAX_FILLED], node=self.run.node_id, **more))

    def ours(self, which: str, **facts: object) -> str:
        """Return one of our own sentences in the flow's language."""
        return say(which, self.graph.language, **facts)

    def keep(self, name: str, value: Any) -> None:
        """Give a variable a value."""
        self.set(variables={**self.run.variables, name: value})

    def set(self, **changes: Any) -> None:
        """Change the run."""
        self.run = replace(self.run, **changes)

    def note(self, what: str, **data: Any) -> None:
        """Write a line into the history."""
        run = self.run
        self.steps.append(Step(what, run.node_id, data, run.flow_id, run.version))

    # -- moving

    def leave(self, handle: str) -> None:
        """Go on through a handle of the present node."""
        target = self.graph.ways.get((self.run.node_id, handle))
        self.note("left", handle=handle)
        if target is None:
            self.fail("missing_edge")
            return
        self.go(target)

    def go(self, node_id: str) -> None:
        """Walk from a node until something has to be waited for."""
        upcoming: str | None = node_id
        for _ in range(MAX_STEPS):
            if upcoming is None:
                return
            node = self.graph.by_id.get(upcoming)
            if node is None:
                self.fail("missing_node")
                return
            self.set(node_id=upcoming, tries=0, effect=None, wake_at=None, state="working")
            self.note("entered", kind=node.kind)
            handle = self._visit(node)
            if handle is None:
                return
            if handle.startswith("="):  # a jump names its target itself
                self.note("left", handle="jump")
                upcoming = handle[1:]
                continue
            self.note("left", handle=handle)
            upcoming = self.graph.ways.get((self.run.node_id, handle))
            if upcoming is None:
                self.fail("missing_edge")
        if upcoming is not None:
            self.fail("too_many_steps")

    def finish(self, outcome: Outcome, *, reason: str | None = None) -> None:
        """End the run here."""
        if outcome in UNFINISHED:
            self.note("abandoned", outcome=outcome)
        self.note("ended", outcome=outcome, **({"reason": reason} if reason else {}))
        self.set(
            state="ended",
            outcome=outcome,
            reason=reason,
            ended_at=self.now,
            effect=None,
            wake_at=None,
        )

    def fail(self, reason: str) -> None:
        """End a run that cannot go on; a person takes the customer from here."""
        self.tell(self.ours("failed"))
        self.hands_over = True
        self.finish("failed", reason=reason)

    def give_over(self, text: str) -> None:
        """Give the chat to a person, with one closing message."""
        self.speak(text or self.ours("handover"))
        self.hands_over = True
        self.finish("handover")

    def work(self, kind: str, **what: Any) -> None:
        """Stop for something that is done outside."""
        # The key stays the same in every try, so that the other side can tell a repetition.
        key = f"{self.run.id}-{self.run.step}-{self.run.node_id}"
        self.set(state="working", effect={"kind": kind, "key": key, **what})

    def ask(self, node: Ask, repair: Repair) -> None:
        """Put a question and wait for the answer."""
        labels = tuple(option.label for option in node.check.options)
        if node.check.type == "choice":
            text, language = self.words(node.text) or "?", self.graph.language
            self.said.append(Said(text, labels, node=node.id, kind="choice", language=language))
        else:
            self.speak(node.text)
        if self.run.said + len(self.said) > MAX_SAID:
            self.fail("too_many_messages")
            return
        minutes = repair.timeout_minutes
        wake = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.set(state="asking", effect=None, wake_at=wake)

    # -- nodes; each returns the handle to go on through, None when it stays

    def _visit(self, node: Any) -> str | None:
        return _VISITS[type(node)](self, node)

    def _question(self, node: Ask) -> None:
        self.ask(node, self.graph.repair_of(node))

    def _decide(self, node: Condition) -> str:
        held = (rule.id for rule in node.rules if holds(rule, self.value, self.raw))
        return next(held, "else")

    def _consult(self, node: AskAgent) -> None:
        self.work("answer", question=self.raw(node.question)[:2000])

    def _sleep(self, node: Wait) -> None:
        self.set(state="sleeping", wake_at=self.now + timedelta(seconds=node.seconds))

    def _jump(self, node: Jump) -> str | None:
        return f"={node.node}" if node.node else self._enter(node.flow or "")

    def _handover(self, node: Handover) -> None:
        self.give_over(node.text)

    def _close(self, node: End) -> None:
        self.speak(node.text)
        self.finish("completed")

    def _say(self, node: Say) -> str | None:
        if node.media is not None:
            self.speak(node.text, media=node.media.id, kind="media")
        elif node.text:
            self.speak(node.text)
        if node.pix is None:
            return "next"
        amount = node.pix.amount_centavos
        if node.pix.amount_variable is not None:
            amount = _centavos(self.value(node.pix.amount_variable))
        what = self.raw(node.pix.description)[:140]
        who, number = node.pix.name_variable, node.pix.document_variable
        self.work(
            "charge",
            amount=amount,
            description=what,
            minutes=node.pix.timeout_minutes,
            name=plain(self.value(who) or "")[:100] if who else "",
            document=plain(self.value(number) or "")[:20] if number else "",
        )
        return None

    def _assign(self, node: SetNode) -> str:
        for one in node.assign:
            local = self.now.astimezone(self.zone)
            value = assign(
                one,
                self.run.variables.get(one.variable),
                self.raw(one.value),
                today=local.date().isoformat(),
                now=local.isoformat(timespec="minutes"),
            )
            self.keep(one.variable, value)
        return "next"

    def _call(self, node: Http) -> None:
        json_like = node.body.lstrip()[:1] in {"{", "["}
        self.work(
            "http",
            method=node.method,
            url=fill(node.url, self.value, in_url)[:2048],
            headers={name: pieces(value, self._in_header) for name, value in node.headers.items()},
            body=pieces(
                node.body, lambda text: fill(text, self.value, in_json if json_like else plain)
            ),
            json=json_like,
            timeout=node.timeout_seconds,
        )

    def _in_header(self, text: str) -> str:
        return fill(text, self.value, plain)[:MAX_FILLED].replace("\r", " ").replace("\n", " ")

    def _enter(self, flow_id: str) -> str | None:
        found = self._find(flow_id)
        if found is None:
            self.fail("flow_not_published")
            return None
        self.note("jumped", flow=flow_id)
        version, self.graph = found
        begun = {known.name: known.value for known in self.graph.variables}
        kept = {name: value for name, value in self.run.variables.items() if value is not None}
        self.set(flow_id=flow_id, version=version, trail=(), variables={**begun, **kept})
        return f"={self.graph.start}"


_VISITS: dict[type[Any], Callable[[Walk, Any], str | None]] = {
    Say: Walk._say,  # noqa: SLF001 - the table of its own methods
    Ask: Walk._question,  # noqa: SLF001 - as above
    Condition: Walk._decide,  # noqa: SLF001 - as above
    SetNode: Walk._assign,  # noqa: SLF001 - as above
    Http: Walk._call,  # noqa: SLF001 - as above
    AskAgent: Walk._consult,  # noqa: SLF001 - as above
    Wait: Walk._sleep,  # noqa: SLF001 - as above
    Jump: Walk._jump,  # noqa: SLF001 - as above
    Handover: Walk._handover,  # noqa: SLF001 - as above
    End: Walk._close,  # noqa: SLF001 - as above
}


def _centavos(value: Any) -> int | None:
    """Return an amount in reais, as a variable holds it, in centavos."""
    found = number(value)
    if found is None or found <= 0 or found > 1_000_000:  # noqa: PLR2004 - a million reais
        return None
    return int((found * 100).to_integral_value(rounding="ROUND_HALF_UP"))
