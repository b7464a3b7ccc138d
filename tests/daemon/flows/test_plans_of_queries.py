"""Every list and every look-up of flows finds its rows by an index: SQLite's plans are read."""

import re

from daemon.domains.flows.store import flows, runs
from daemon.infra.database import Connection

from .conftest import Rig
from .drawings import BOOKING


async def test_every_query_reads_by_index_and_none_sorts(rig: Rig) -> None:
    flow = await rig.draw(BOOKING)
    await rig.say("marcar")
    run = str((await rig.run())["id"])

    def plans(tx: Connection) -> dict[str, list[str]]:
        seen: list[str] = []
        tx.conn.set_trace_callback(seen.append)
        for agent in (None, rig.agent_id):
            flows.listed(tx, agent, None, 50)
            flows.listed(tx, agent, flow, 50)
        flows.get(tx, flow)
        flows.of_agent(tx, rig.agent_id)
        flows.triggers(tx, rig.agent_id)
        flows.versions(tx, flow, 9, 50)
        flows.live(tx, flow)
        flows.due(tx, rig.clock.now())
        flows.file(tx, "x")
        for state in (None, "asking"):
            runs.listed(tx, flow_id=flow, state=state, cursor=None, limit=50)
        runs.of_chat(tx, "x")
        runs.of_payment(tx, "x")
        runs.open_ones(tx, flow)
        runs.charging(tx)
        runs.history(tx, run, 0, 50)
        runs.last_seq(tx, run)
        runs.counts(tx, flow, None)
        runs.counts(tx, flow, 1)
        tx.conn.set_trace_callback(None)
        return {
            query: [row["detail"] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}")]
            for query in set(seen)
            if query.startswith("SELECT")
        }

    found = await rig.base.database.read(plans)
    assert len(found) >= 18
    bad = {
        step: query
        for query, steps in found.items()
        for step in steps
        if (step.startswith("SCAN") and "USING" not in step)
        or re.search(r"TEMP B-TREE FOR ORDER BY", step)
    }
    assert bad == {}
