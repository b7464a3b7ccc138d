import type { Figures } from "../../api/flows";
import { get } from "../../api/http";
import { percent } from "../../i18n";
import { count, t } from "../../i18n/flows";
import { Badge, Empty, Loading, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { DataTable } from "../../ui/table";

/** How far customers came, step by step. */
export function FlowFigures({ id }: { id: string }) {
  const path = `/flows/${id}/figures`;
  const figures = useResource(path, () => get<Figures>(path));
  const { data } = figures;
  if (!data) return figures.problem ? <ProblemNote problem={figures.problem} /> : <Loading />;
  const most = Math.max(1, ...data.nodes.map(({ entered }) => entered));
  return (
    <Panel title={t("tab.figures")} icon="chart">
      {data.started === 0 ? (
        <Empty icon="chart" title={t("figures.none")} text={t("figures.noneText")} />
      ) : (
        <>
          <p class="badges">
            <b>{count("figures.started", data.started)}</b>
            {Object.entries(data.outcomes)
              .filter(([, number]) => number > 0)
              .map(([outcome, number]) => (
                <Badge key={outcome}>
                  {number} {t(`outcome.${outcome as "completed"}`)}
                </Badge>
              ))}
          </p>
          <DataTable
            title={t("tab.figures")}
            head={[
              t("figures.step"),
              t("figures.entered"),
              t("figures.left"),
              t("figures.abandoned"),
              t("figures.share"),
            ]}
            rows={data.nodes.map((node) => [
              <span key="name" class="funnel">
                {node.title || (node.kind ? t(`kind.${node.kind}`) : node.node)}
                {node.title ? "" : ` · ${node.node}`}
                <span class="funnel-bar" aria-hidden="true">
                  <i style={{ width: `${(node.entered / most) * 100}%` }} />
                  <i class="lost" style={{ width: `${(node.abandoned / most) * 100}%` }} />
                </span>
              </span>,
              node.entered,
              node.left,
              node.abandoned,
              percent(node.entered ? node.abandoned / node.entered : null),
            ])}
          />
        </>
      )}
    </Panel>
  );
}
