/** A month of MRR as steps from its start to its end, and the clients behind each step. */
import { useState } from "preact/hooks";
import type { Movement, MovementKind, WaterfallMonth } from "../../api/finance";
import { money, month } from "../../i18n";
import { t } from "../../i18n/finance";
import { useClientNames } from "../../state/names";
import { Button, Panel } from "../../ui/basics";
import { Steps } from "../../ui/steps";
import { DataTable } from "../../ui/table";
import type { StepKind } from "./steps";

interface Props {
  months: WaterfallMonth[];
  currency: string;
  index: number;
  onMove: (index: number) => void;
}

const isMovement = (kind: StepKind | null): kind is MovementKind =>
  kind !== null && kind !== "start" && kind !== "end";

function Rows({ rows, currency, title }: { rows: Movement[]; currency: string; title: string }) {
  const client = useClientNames(rows.map((row) => row.clientId));
  if (rows.length === 0) return <p class="quiet-note">{t("mrr.noRows")}</p>;
  return (
    <DataTable
      title={title}
      head={[t("client.one"), t("mrr.kind"), t("mrr.from"), t("mrr.to"), t("mrr.change")]}
      numeric={(column) => column > 1}
      rows={rows.map((row) => [
        <a href={`#/finance/clients/${row.clientId}`}>{client(row.clientId)}</a>,
        t(`mrr.${row.kind}`),
        money(row.startCentavos, currency),
        money(row.endCentavos, currency),
        money(row.endCentavos - row.startCentavos, currency),
      ])}
    />
  );
}

export function Waterfall({ months, currency, index, onMove }: Props) {
  const [shown, setShown] = useState<StepKind | null>(null);
  const one = months[index];
  if (!one) return null;
  const rows = isMovement(shown) ? one.rows.filter((row) => row.kind === shown) : one.rows;
  const title = isMovement(shown)
    ? t("mrr.rows", { kind: t(`mrr.${shown}`), month: month(one.period) })
    : `${t("mrr.movements")}: ${month(one.period)}`;
  return (
    <Panel
      title={`${t("mrr.movements")}: ${month(one.period)}`}
      icon="trace"
      actions={
        <>
          <Button
            small
            icon="back"
            label={t("mrr.previous")}
            disabled={index === 0}
            onClick={() => onMove(index - 1)}
          />
          <Button
            small
            icon="chevron"
            label={t("mrr.next")}
            disabled={index === months.length - 1}
            onClick={() => onMove(index + 1)}
          />
        </>
      }
    >
      <Steps
        one={one}
        name={(kind) => t(`mrr.${kind}`)}
        format={(centavos) => money(centavos, currency)}
        shown={shown}
        onShow={setShown}
      />
      <div class="waterfall-rows">
        <Rows rows={rows} currency={currency} title={title} />
      </div>
    </Panel>
  );
}
