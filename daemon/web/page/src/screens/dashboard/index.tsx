import { useEffect, useState } from "preact/hooks";
import type { Board } from "../../api/dashboard";
import { get, query } from "../../api/http";
import type { Agent, Page } from "../../api/types";
import { timeOfDay } from "../../i18n";
import { t as c } from "../../i18n/charts";
import { t } from "../../i18n/dashboard";
import { useLive } from "../../live/socket";
import { Loading, PageHead } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { Money } from "./money";
import { Now } from "./now";
import { Service } from "./service";

const SPANS = ["today", "7d", "30d", "90d", "12m"] as const;
type Span = (typeof SPANS)[number];
const POLL_MS = 20_000;

/** What matters, on one screen: the box now, service and money beside the period before. */
export function Dashboard() {
  const [span, setSpan] = useState<Span>("30d");
  const [agentId, setAgentId] = useState("");
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const path = `/dashboard${query({ period: span, agentId })}`;
  const found = useResource(path, () => get<Board>(path));
  const { data, reload } = found;
  useLive("session.updated notification.created notification.resolved", reload);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && reload(), POLL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <>
      <PageHead title={t("board.title")} lead={t("board.lead")}>
        {data && <small>{t("board.asOf", { at: timeOfDay(data.asOf) })}</small>}
      </PageHead>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {c("period.label")}
          <select value={span} onChange={(event) => setSpan(event.currentTarget.value as Span)}>
            {SPANS.map((one) => (
              <option key={one} value={one}>
                {t(`span.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {c("period.agent")}
          <select value={agentId} onChange={(event) => setAgentId(event.currentTarget.value)}>
            <option value="">{c("period.everyAgent")}</option>
            {agents.data?.items.map((agent) => (
              <option key={agent.id} value={agent.id}>
                {agent.name}
              </option>
            ))}
          </select>
        </label>
      </form>
      <ProblemNote problem={found.problem} />
      {!data && !found.problem && <Loading />}
      {data && (
        <div class="stack">
          <Now board={data} />
          <Service board={data} />
          <Money board={data} />
        </div>
      )}
    </>
  );
}
