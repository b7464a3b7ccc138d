/** A price: its base, and what usage beyond it costs. */
import type { Problem } from "../../../api/problem";
import { moneyText } from "../../../money";
import { isoDay } from "../../../period";
import { SelectField, TextField } from "../../../ui/form";
import { centavos, MoneyField } from "../../../ui/money-field";
import { PERIODS, type Version } from "../../api/billing";
import { t } from "../../i18n/business";
import { meterName, METERS } from "../../parts/meters";

export interface PriceText {
  effectiveFrom: string;
  periodMonths: string;
  base: string;
  included: Record<string, string>;
  perThousand: Record<string, string>;
}

/** The texts to begin with: blank, or those of the price that is followed. */
export function priceText(last: Version | null): PriceText {
  const meters = Object.entries(last?.meters ?? {});
  return {
    effectiveFrom: isoDay(new Date()),
    periodMonths: String(last?.periodMonths ?? 1),
    base: last ? moneyText(last.baseCentavos) : "",
    included: Object.fromEntries(meters.map(([meter, one]) => [meter, String(one.included)])),
    perThousand: Object.fromEntries(
      meters.map(([meter, one]) => [meter, moneyText(one.perThousandCentavos)]),
    ),
  };
}

/** What the API takes. Throws the problem that marks the field that is wrong. */
export function priceBody(text: PriceText) {
  const meters = METERS.flatMap((meter) => {
    const price = centavos(text.perThousand[meter] ?? "", `perThousand.${meter}`);
    if (price === null) return [];
    return [[meter, { included: Number(text.included[meter] ?? 0), perThousandCentavos: price }]];
  });
  return {
    effectiveFrom: text.effectiveFrom,
    periodMonths: Number(text.periodMonths),
    baseCentavos: centavos(text.base, "baseCentavos") ?? 0,
    meters: Object.fromEntries(meters) as Record<string, object>,
  };
}

export const PRICE_FIELDS = ["effectiveFrom", "periodMonths", "baseCentavos"];

interface Props {
  value: PriceText;
  onChange: (value: PriceText) => void;
  problem: Problem | null;
}

function MeterRow({ meter, value, onChange, problem }: Props & { meter: string }) {
  const set = (part: "included" | "perThousand") => (text: string) =>
    onChange({ ...value, [part]: { ...value[part], [meter]: text } });
  return (
    <fieldset class="meter-row">
      <legend>{meterName(meter)}</legend>
      <TextField
        label={t("version.included")}
        name={`included.${meter}`}
        type="number"
        min={0}
        value={value.included[meter] ?? ""}
        onInput={set("included")}
        problem={problem}
      />
      <MoneyField
        label={t("version.perThousand")}
        name={`perThousand.${meter}`}
        value={value.perThousand[meter] ?? ""}
        onInput={set("perThousand")}
        problem={problem}
        hint=""
      />
    </fieldset>
  );
}

export function PriceFields(props: Props) {
  const { value, onChange, problem } = props;
  return (
    <>
      <div class="columns">
        <TextField
          label={t("version.from")}
          name="effectiveFrom"
          type="date"
          value={value.effectiveFrom}
          onInput={(effectiveFrom) => onChange({ ...value, effectiveFrom })}
          problem={problem}
          required
        />
        <SelectField
          label={t("version.period")}
          name="periodMonths"
          value={value.periodMonths}
          onChange={(periodMonths) => onChange({ ...value, periodMonths })}
          options={PERIODS.map((one): [string, string] => [String(one), t(`period.${one}`)])}
          problem={problem}
        />
        <MoneyField
          label={t("version.base")}
          name="baseCentavos"
          value={value.base}
          onInput={(base) => onChange({ ...value, base })}
          hint={t("version.baseHint")}
          problem={problem}
          required
        />
      </div>
      <details class="more">
        <summary>{t("version.meters")}</summary>
        <p class="hint">{t("version.metersHint")}</p>
        {METERS.map((meter) => (
          <MeterRow key={meter} meter={meter} {...props} />
        ))}
      </details>
    </>
  );
}
