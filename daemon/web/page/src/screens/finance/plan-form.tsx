import { useState } from "preact/hooks";
import { BILLING_PERIODS, METERS, type Plan } from "../../api/finance";
import { patch, post } from "../../api/http";
import { t } from "../../i18n/finance";
import { moneyText } from "../../money";
import { Button } from "../../ui/basics";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";

interface Props {
  plan: Plan | undefined;
  onSaved: () => void;
  onCancel: () => void;
}

type Texts = Partial<Record<string, string>>;

/** Amounts by their names, as the text of their fields. */
function texts(values: Partial<Record<string, number | null>>, write: (value: number) => string) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "number" ? write(value) : "",
    ]),
  ) as Texts;
}

/** The amounts that were filled in. */
function amounts(names: readonly string[], written: Texts, field: string): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const amount = centavos(written[name] ?? "", `${field}.${name}`);
      return amount === null ? [] : [[name, amount]];
    }),
  );
}

/** A plan, to be made or changed. */
export function PlanForm({ plan, onSaved, onCancel }: Props) {
  const [name, setName] = useState(plan?.name ?? "");
  const [code, setCode] = useState(plan?.code ?? "");
  const [description, setDescription] = useState(plan?.description ?? "");
  const [trial, setTrial] = useState(String(plan?.trialDays ?? 0));
  const [prices, setPrices] = useState(texts(plan?.prices ?? {}, moneyText));
  const [included, setIncluded] = useState(texts(plan?.entitlements ?? {}, String));
  const [overage, setOverage] = useState(texts(plan?.overage ?? {}, moneyText));
  const save = useAction(async () => {
    const limits = METERS.map((meter) => {
      const text = included[meter] ?? "";
      return [meter, text === "" ? null : Number(text)];
    });
    const body = {
      name,
      code,
      description,
      trialDays: Number(trial),
      prices: amounts(BILLING_PERIODS, prices, "prices"),
      entitlements: Object.fromEntries(limits) as Record<string, number | null>,
      overage: amounts(METERS, overage, "overage"),
    };
    await (plan ? patch(`/billing/plans/${plan.id}`, body) : post("/billing/plans", body));
    onSaved();
  });
  const { problem } = save;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      {plan && <p class="quiet-note">{t("plan.keeps")}</p>}
      <div class="columns">
        <TextField
          label={t("plan.name")}
          name="name"
          value={name}
          onInput={setName}
          problem={problem}
          autocomplete="off"
          required
        />
        <TextField
          label={t("plan.code")}
          name="code"
          value={code}
          onInput={setCode}
          hint={t("plan.codeHint")}
          problem={problem}
          autocomplete="off"
          required
        />
        <TextField
          label={t("plan.trial")}
          name="trialDays"
          value={trial}
          onInput={setTrial}
          type="number"
          min={0}
          max={365}
          problem={problem}
        />
      </div>
      <TextField
        label={t("plan.description")}
        name="description"
        value={description}
        onInput={setDescription}
        rows={2}
        problem={problem}
        required={false}
      />
      <h3>{t("plan.prices")}</h3>
      <div class="columns">
        {BILLING_PERIODS.map((period) => (
          <MoneyField
            key={period}
            label={t(`billing.${period}`)}
            name={`prices.${period}`}
            value={prices[period] ?? ""}
            onInput={(text) => setPrices({ ...prices, [period]: text })}
            problem={problem}
          />
        ))}
      </div>
      <h3>{t("plan.entitlements")}</h3>
      <p class="hint">{t("plan.entitlementsHint")}</p>
      {METERS.map((meter) => (
        <div key={meter} class="columns">
          <TextField
            label={t(`meter.${meter}`)}
            name={`entitlements.${meter}`}
            value={included[meter] ?? ""}
            onInput={(text) => setIncluded({ ...included, [meter]: text })}
            type="number"
            min={0}
            placeholder={t("client.unlimited")}
            problem={problem}
          />
          <MoneyField
            label={t("plan.overage", { meter: t(`meter.${meter}`) })}
            name={`overage.${meter}`}
            value={overage[meter] ?? ""}
            onInput={(text) => setOverage({ ...overage, [meter]: text })}
            problem={problem}
          />
        </div>
      ))}
      <ProblemNote problem={problem} except={["name", "code", "trialDays", "description"]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t(plan ? "common.save" : "plan.create")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
