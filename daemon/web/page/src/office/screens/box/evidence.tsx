import { useState } from "preact/hooks";
import { get, post } from "../../../api/http";
import { Problem } from "../../../api/problem";
import { ago, dateTime, month, number } from "../../../i18n";
import { Badge, Button, Empty, Loading, Panel } from "../../../ui/basics";
import { toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { DataTable } from "../../../ui/table";
import type { Plan, Subscription } from "../../api/billing";
import type { Audit, FleetBox, Quarantined, Whole } from "../../api/types";
import { has, t } from "../../i18n/box";
import { lastMonths } from "../../parts/months";
import { saveJson } from "../../parts/save";
import { mayWrite } from "../../session";

function Verdict({ verdict }: { verdict: string | null }) {
  if (verdict === null) return <Badge tone="warn">{t("audit.waiting")}</Badge>;
  const [code = "", hour = ""] = verdict.split(" ");
  const key = `verdict.${code}`;
  const text = has(key) ? t(key, { hour: hour && dateTime(hour) }) : verdict;
  return <Badge tone={code === "ok" ? "ok" : "bad"}>{text}</Badge>;
}

function Order({ id, onOrdered }: { id: string; onOrdered: () => void }) {
  const [values, setValues] = useState({ rawEpoch: "0", first: "1", last: "100" });
  const order = useAction(async () => {
    const { rawEpoch, first, last } = values;
    const body = { rawEpoch: Number(rawEpoch), first: Number(first), last: Number(last) };
    await post(`/api/devices/${id}/audits`, body);
    toast(t("audit.ordered"));
    onOrdered();
  });
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    onInput: (text: string) => setValues({ ...values, [name]: text }),
    problem: order.problem,
    type: "number",
    required: true,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void order.run();
      }}
    >
      <div class="columns three">
        <TextField label={t("audit.epoch")} min={0} {...field("rawEpoch")} />
        <TextField label={t("audit.first")} min={1} {...field("first")} />
        <TextField label={t("audit.last")} min={1} {...field("last")} />
      </div>
      <ProblemNote problem={order.problem} except={["rawEpoch", "first", "last"]} />
      <div class="actions">
        <Button type="submit" small icon="search" busy={order.busy}>
          {t("audit.order")}
        </Button>
      </div>
    </form>
  );
}

function Audits({ id }: { id: string }) {
  const audits = useResource(`audits ${id}`, () => get<Whole<Audit>>(`/api/devices/${id}/audits`));
  const items = audits.data?.items;
  return (
    <Panel title={t("audit.title")} icon="search" class="form-panel">
      <ProblemNote problem={audits.problem} />
      {!items && !audits.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="search" title={t("audit.none")} text={t("audit.noneText")} />
      )}
      <ul class="rows">
        {items?.map((audit) => (
          <li key={audit.id} class="list-row">
            <span>
              <b>{t("audit.range", { first: number(audit.first), last: number(audit.last) })}</b>
              <small>{t("audit.at", { when: ago(audit.orderedAt) })}</small>
            </span>
            <Verdict verdict={audit.verdict} />
          </li>
        ))}
      </ul>
      {mayWrite.value && <Order id={id} onOrdered={audits.reload} />}
    </Panel>
  );
}

function Quarantine({ id }: { id: string }) {
  const odd = useResource(`quarantine ${id}`, () =>
    get<Whole<Quarantined>>(`/api/devices/${id}/quarantine`),
  );
  const items = odd.data?.items;
  return (
    <Panel title={t("quarantine.title")} icon="warning">
      <ProblemNote problem={odd.problem} />
      {!items && !odd.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="check" title={t("quarantine.none")} text={t("quarantine.noneText")} />
      )}
      {items && items.length > 0 && (
        <DataTable
          title={t("quarantine.title")}
          head={[t("quarantine.seq"), t("quarantine.reason"), t("column.when")]}
          numeric={() => false}
          rows={items.map((one) => [
            `${one.epoch}/${one.seq}`,
            one.reason,
            dateTime(one.receivedAt),
          ])}
        />
      )}
    </Panel>
  );
}

interface CloseProps {
  box: FleetBox;
  onClosed: () => void;
}

/** Close a month of one box, at the prices that its tenant's plan has today. */
function Close({ box, onClosed }: CloseProps) {
  const months = lastMonths(12, 1);
  const [period, setPeriod] = useState(months[0] ?? "");
  const close = useAction(async () => {
    const { planId } = await get<Subscription>(`/api/tenants/${box.tenantId}/subscription`);
    if (!planId) throw new Problem(409, "no_plan", t("proof.noPlan"));
    const { current } = await get<Plan>(`/api/plans/${planId}`);
    const prices = current?.meters ?? {};
    await post(`/api/devices/${box.id}/invoices`, { period, prices });
    toast(t("proof.closed"));
    onClosed();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void close.run();
      }}
    >
      <SelectField
        label={t("proof.period")}
        name="period"
        value={period}
        onChange={setPeriod}
        options={months.map((one): [string, string] => [one, month(one)])}
        hint={t("proof.closeText")}
        problem={close.problem}
      />
      <ProblemNote problem={close.problem} except={["period"]} />
      <div class="actions">
        <Button type="submit" small icon="receipt" busy={close.busy}>
          {t("proof.close")}
        </Button>
      </div>
    </form>
  );
}

function Proofs({ box }: { box: FleetBox }) {
  const { id } = box;
  const path = `/api/devices/${id}/invoices`;
  const months = useResource(path, () => get<Whole<{ period: string }>>(path));
  const items = months.data?.items;
  return (
    <Panel title={t("proof.title")} icon="receipt" class="form-panel">
      <p class="lead">{t("proof.text")}</p>
      <ProblemNote problem={months.problem} />
      {items?.length === 0 && <p class="quiet-note">{t("proof.none")}</p>}
      <ul class="rows">
        {items?.map(({ period }) => (
          <li key={period} class="list-row">
            <span>
              <b>{month(period)}</b>
            </span>
            <Button
              small
              icon="download"
              onClick={() =>
                void saveJson(`${path}/${period}`, `${id}-${period}.json`).catch(toastProblem)
              }
            >
              {t("proof.download", { month: month(period) })}
            </Button>
          </li>
        ))}
      </ul>
      {mayWrite.value && <Close box={box} onClosed={months.reload} />}
    </Panel>
  );
}

/** What can be checked: audits, what was put aside, invoices with their proof. */
export function Evidence({ box }: { box: FleetBox }) {
  return (
    <div class="split even">
      <Audits id={box.id} />
      <div class="stack">
        <Quarantine id={box.id} />
        <Proofs box={box} />
      </div>
    </div>
  );
}
