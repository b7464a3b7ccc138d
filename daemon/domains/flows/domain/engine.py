"""The moves of a run: it begins, hears, wakes, learns what came of an effect, is paid."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from .answers import answer, cancel, late
from .effects import MAX_KEPT, answered, charged, digressed, replied
from .graph import Graph
from .nodes import Ask, AskAgent, Http, Say
from .repair import meaning
from .run import Moved, Result, Run
from .walk import FindGraph, Walk


@dataclass(frozen=True)
class Engine:
    """Moves runs; what it needs to know of the world is the time and the other flows."""

    zone: ZoneInfo
    find: FindGraph

    def begin(self, graph: Graph, run: Run, now: datetime) -> Moved:
        """Start at the first node."""
        walk = self._walk(graph, run, now)
        begun = {known.name: known.value for known in graph.variables}
        walk.set(variables={**begun, **run.variables})
        walk.note("started")
        walk.go(graph.start)
        return walk.end()

    def heard(
        self, graph: Graph, run: Run, text: str, now: datetime, *, wants_person: bool = False
    ) -> Moved:
        """Take in what the customer said."""
        walk = self._walk(graph, run, now)
        walk.keep("last_message", text[:MAX_KEPT])
        node = graph.by_id.get(run.node_id)
        walk.note("heard", text=text[:MAX_KEPT])
        if run.state == "asking" and isinstance(node, Ask):
            answer(walk, node, text, wants_person=wants_person)
        elif wants_person:
            walk.give_over("")
        elif meaning(text) == "cancel":
            cancel(walk, graph.repair)
        return walk.end()

    def woke(self, graph: Graph, run: Run, now: datetime) -> Moved:
        """Go on after a wait, or after nobody answered or paid in time."""
        walk, node = self._walk(graph, run, now), graph.by_id.get(run.node_id)
        if run.state == "sleeping":
            walk.leave("next")
        elif run.state == "charging":
            walk.note("timeout")
            walk.leave("timeout")
        elif run.state == "asking" and isinstance(node, Ask):
            late(walk, node)
        return walk.end()

    def paid(self, graph: Graph, run: Run, now: datetime) -> Moved:
        """Go on after the payment that was waited for."""
        walk = self._walk(graph, run, now)
        walk.note("paid")
        walk.leave("paid")
        return walk.end()

    def done(self, graph: Graph, run: Run, result: Result, now: datetime) -> Moved:
        """Go on with what came of an effect."""
        walk, node = self._walk(graph, run, now), graph.by_id.get(run.node_id)
        kind = (run.effect or {}).get("kind")
        if kind == "charge" and isinstance(node, Say):
            charged(walk, node, result)
        elif kind == "http" and isinstance(node, Http):
            replied(walk, node, result)
        elif kind == "answer" and isinstance(node, AskAgent):
            answered(walk, node, result)
        elif kind == "digression" and isinstance(node, Ask):
            digressed(walk, node, result)
        else:
            walk.fail("missing_node")
        return walk.end()

    def close(self, graph: Graph, run: Run, now: datetime, reason: str) -> Moved:
        """End a run from outside."""
        walk = self._walk(graph, run, now)
        walk.finish("closed", reason=reason)
        return walk.end()

    def pause(self, graph: Graph, run: Run, now: datetime, by: Literal["person", "api"]) -> Moved:
        """Hold a run."""
        walk = self._walk(graph, run, now)
        walk.note("paused", by=by)
        walk.set(state="paused", paused_by=by, paused_in=run.state, wake_at=None)
        return walk.end()

    def resume(self, graph: Graph, run: Run, now: datetime, *, aloud: bool) -> Moved:
        """Go on with a run that was held; a question is asked again if `aloud`."""
        walk, node = self._walk(graph, run, now), graph.by_id.get(run.node_id)
        walk.note("resumed")
        walk.set(state=run.paused_in or "asking", paused_by=None, paused_in=None)
        if walk.run.state == "asking" and isinstance(node, Ask):
            if aloud:
                walk.tell(walk.ours("resumed"))
                walk.ask(node, graph.repair_of(node))
            else:
                silent = walk.said[:]
                walk.ask(node, graph.repair_of(node))
                walk.said[:] = silent
        elif walk.run.state == "charging" and isinstance(node, Say) and node.pix is not None:
            # Nobody could see to the payment meanwhile, so the time for it begins anew.
            walk.set(wake_at=now + timedelta(minutes=node.pix.timeout_minutes))
        elif walk.run.state == "sleeping":
            walk.set(wake_at=now)
        return walk.end()

    def reopen(self, graph: Graph, run: Run, now: datetime) -> Moved:
        """Take up a run that had ended, at the node where it ended."""
        fresh = replace(run, outcome=None, reason=None, ended_at=None, state="working")
        walk = self._walk(graph, fresh, now)
        walk.note("reopened")
        walk.go(run.node_id)
        return walk.end()

    def _walk(self, graph: Graph, run: Run, now: datetime) -> Walk:
        return Walk(graph, run, now=now, zone=self.zone, find=self.find)
