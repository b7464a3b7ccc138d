import { useState } from "preact/hooks";
import type { Flow } from "../../api/flows";
import { get, query } from "../../api/http";
import type { Page } from "../../api/types";
import { count, t } from "../../i18n/flows";
import { useAgentNames } from "../../state/names";
import { may } from "../../state/session";
import { Badge, Empty, Loading, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { AgentSelect } from "../agent-select";
import { ImportFlow } from "./import-flow";
import { NewFlow } from "./new-flow";

/** How a flow stands, in a word. */
export function FlowState({ flow }: { flow: Flow }) {
  if (flow.version === null) return <Badge>{t("flows.draft")}</Badge>;
  if (!flow.active) return <Badge tone="warn">{t("flows.off")}</Badge>;
  return <Badge tone="ok">{t("flows.published", { version: flow.version })}</Badge>;
}

function Row({ flow, agent }: { flow: Flow; agent: string }) {
  const words = [
    agent,
    count("flows.steps", flow.nodes),
    ...flow.triggers.map(({ kind }) => t(`trigger.${kind}`)),
  ];
  return (
    <li>
      <a class="list-row" href={`#/flows/${flow.id}`}>
        <span>
          <b>{flow.name}</b>
          <small>{[...new Set(words)].join(" · ")}</small>
        </span>
        <FlowState flow={flow} />
      </a>
    </li>
  );
}

/** All flows, and the ways to a new one. */
export function FlowList() {
  const [agentId, setAgentId] = useState("");
  const path = `/flows${query({ agentId, limit: 50 })}`;
  const flows = useResource(path, () => get<Page<Flow>>(path));
  const nameOf = useAgentNames();
  const items = flows.data?.items;
  return (
    <div class="split">
      <Panel title={t("flows.title")} icon="flow">
        <AgentSelect
          label={t("flows.agent")}
          value={agentId}
          onChange={setAgentId}
          none={t("flows.anyAgent")}
        />
        <ProblemNote problem={flows.problem} />
        {!items && !flows.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="flow" title={t("flows.none")} text={t("flows.noneText")} />
        )}
        <ul class="rows">
          {items?.map((flow) => (
            <Row key={flow.id} flow={flow} agent={nameOf(flow.agentId)} />
          ))}
        </ul>
        <More list={flows} path={path} />
      </Panel>
      {may("operator") && (
        <div class="stack">
          <NewFlow />
          <ImportFlow />
        </div>
      )}
    </div>
  );
}
