import type { Conversion, Service } from "../../api/metrics";
import { number, percent, seconds } from "../../i18n";
import { t } from "../../i18n/metrics";
import { useAgentNames } from "../../state/names";
import { Empty, Panel } from "../../ui/basics";
import { useResource } from "../../ui/resource";
import { Stat, Stats } from "../../ui/stat";
import { DataTable } from "../../ui/table";
import { get, query } from "../../api/http";
import { Figures, useFigures, type Asked } from "./asked";

function Numbers({ data }: { data: Service }) {
  const { firstResponseSeconds: first, resolutionSeconds: resolution } = data;
  return (
    <Stats>
      <Stat
        label={t("service.cases")}
        value={number(data.cases)}
        note={t("service.replied", { share: percent(data.replied / data.cases) })}
      />
      <Stat
        label={t("service.containment")}
        value={percent(data.containmentRate, 1)}
        note={t("service.containmentNote", { n: number(data.contained) })}
      />
      <Stat
        label={t("service.deflection")}
        value={percent(data.deflectionRate, 1)}
        note={t("service.deflectionNote", { n: number(data.deflected) })}
      />
      <Stat
        label={t("service.handover")}
        value={percent(data.handoverRate, 1)}
        note={number(data.handedOver)}
      />
      <Stat
        label={t("service.first")}
        value={seconds(first.p50)}
        note={`${t("service.median")} · ${t("service.p95", { time: seconds(first.p95) })}`}
      />
      <Stat
        label={t("service.resolution")}
        value={seconds(resolution.p50)}
        note={`${t("service.median")} · ${t("service.p95", { time: seconds(resolution.p95) })}`}
      />
      <Stat
        label={t("service.refusal")}
        value={percent(data.refusalRate, 1)}
        note={t("service.refusalNote", {
          n: number(data.refusals),
          all: number(data.answers + data.refusals),
        })}
      />
      <Stat
        label={t("service.tokens")}
        value={data.tokensPerConversation === null ? "–" : number(data.tokensPerConversation)}
      />
    </Stats>
  );
}

function ByAgent({ asked }: { asked: Asked }) {
  const { start, end, agentId } = asked;
  const path = `/metricas/conversao-por-agente${query({ start, end, agentId })}`;
  const found = useResource(path, () => get<Conversion>(path));
  const name = useAgentNames();
  if (!found.data || found.data.items.length === 0) return null;
  return (
    <Panel title={t("service.byAgent")} icon="agent">
      <DataTable
        title={t("service.byAgent")}
        head={[
          t("service.agent"),
          t("service.cases"),
          t("service.contained"),
          t("service.resolved"),
          t("service.handedOver"),
          t("service.rate"),
        ]}
        rows={found.data.items.map((one) => [
          <a href={`#/agents/${one.agentId}`}>{name(one.agentId)}</a>,
          number(one.cases),
          number(one.contained),
          number(one.resolved),
          number(one.handedOver),
          percent(one.conversionRate, 1),
        ])}
      />
    </Panel>
  );
}

/** How customers were served, and by which agent. */
export function ServicePanel({ asked }: { asked: Asked }) {
  const found = useFigures<Service>("atendimento", asked);
  return (
    <Figures found={found}>
      {(data) =>
        data.cases === 0 ? (
          <Panel>
            <Empty icon="hand" title={t("service.none")} text={t("service.noneText")} />
          </Panel>
        ) : (
          <>
            <Numbers data={data} />
            <ByAgent asked={asked} />
          </>
        )
      }
    </Figures>
  );
}
