/** A month of MRR as steps from its start to its end, and the clients behind each step. */
import { useState } from "preact/hooks";
import type { Movement, MovementKind, WaterfallMonth } from "../../api/finance";
import { money, month } from "../../i18n";
import { t } from "../../i18n/finance";
import { useClientNames } from "../../state/names";
import { Button, Panel } from "../../ui/basics";
import { DataTable } from "../../ui/table";
import { floor, steps, type StepKind } from "./steps";

interface Props {
  months: WaterfallMonth[];
  currency: string;
  index: number;
  onMove: (index: number) => void;
}

function Steps(props: {
  one: WaterfallMonth;
  currency: string;
  shown: StepKind | null;
  onShow: (kind: StepKind | null) => void;
}) {
  const { one, currency, shown, onShow } = props;
  const all = steps(one);
  const base = floor(all);
  const top = Math.max(1, ...all.map((step) => step.high)) - base;
  const share = (level: number) => `${(100 * Math.max(0, level - base)) / top}%`;
  return (
    <ol class={base > 0 ? "waterfall cut" : "waterfall"}>
      {all.map((step) => (
        <li key={step.kind}>
          <button
            type="button"
            aria-pressed={shown === step.kind}
            onClick={() => onShow(shown === step.kind ? null : step.kind)}
          >
            <span class="waterfall-well" aria-hidden="true">
              <i
                class={step.tone}
                style={{ "--low": share(step.low), "--high": share(step.high) }}
              />
            </span>
            <b>{money(step.amount, currency)}</b>
            <small>{t(`mrr.${step.kind}`)}</small>
          </button>
        </li>
      ))}
    </ol>
  );
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
      <Steps one={one} currency={currency} shown={shown} onShow={setShown} />
      <div class="waterfall-rows">
        <Rows rows={rows} currency={currency} title={title} />
      </div>
    </Panel>
  );
}
