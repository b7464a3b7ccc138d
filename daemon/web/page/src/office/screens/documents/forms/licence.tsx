import { useState } from "preact/hooks";
import { Button } from "../../../../ui/basics";
import { TextField } from "../../../../ui/form";
import { has, t } from "../../../i18n/publishing";
import { asNumber, text, withValue, wrongAt, type Body, type FormProps } from "../contents";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The day that a moment falls on, where the page is read. */
function dayOf(moment: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The last second of a day. */
const endOf = (day: string) =>
  DAY.test(day) ? new Date(`${day}T23:59:59`).toISOString().replace(".000", "") : "";

const named = (kind: "feature" | "limit", name: string) => {
  const key = `${kind}.${name}`;
  return has(key) ? t(key) : name;
};

function Features({ body, onChange, told }: FormProps) {
  const chosen = Array.isArray(body.features) ? (body.features as unknown[]).map(text) : [];
  const all = [...told.features, ...chosen.filter((one) => !told.features.includes(one))];
  const put = (name: string, on: boolean) => {
    const rest = chosen.filter((one) => one !== name);
    const next = on ? [...rest, name] : rest;
    onChange(withValue(body, "features", next.length ? next : undefined));
  };
  return (
    <fieldset class="ticks-set">
      <legend>{t("field.features")}</legend>
      <p class="hint">{t("licence.featuresHint")}</p>
      <div class="tick-grid">
        {all.map((name) => (
          <label key={name} class="tick">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(event) => put(name, event.currentTarget.checked)}
            />
            {named("feature", name)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Limits({ body, onChange, problem, told }: FormProps) {
  const [fresh, setFresh] = useState("");
  const limits = (body.limits ?? {}) as Body;
  const known = told.limits.map(({ name }) => name);
  const names = [...known, ...Object.keys(limits).filter((name) => !known.includes(name))];
  const put = (next: Body) =>
    onChange(withValue(body, "limits", Object.keys(next).length ? next : undefined));
  return (
    <fieldset class="ticks-set">
      <legend>{t("field.limits")}</legend>
      <p class="hint">{t("licence.limitsHint")}</p>
      <div class="columns three">
        {names.map((name) => (
          <TextField
            key={name}
            label={named("limit", name)}
            name={`limits.${name}`}
            type="number"
            min={0}
            value={text(limits[name])}
            onInput={(value) => put(withValue(limits, name, asNumber(value)))}
            placeholder={t("licence.noLimit")}
            error={wrongAt(problem, `limits.${name}`)}
          />
        ))}
      </div>
      <div class="other-limit">
        <TextField
          label={t("licence.other")}
          name="other-limit"
          value={fresh}
          onInput={setFresh}
          placeholder="messages"
          autocomplete="off"
        />
        <Button
          small
          icon="plus"
          disabled={!fresh.trim()}
          onClick={() => {
            put({ ...limits, [fresh.trim()]: 0 });
            setFresh("");
          }}
        >
          {t("licence.addLimit")}
        </Button>
      </div>
    </fieldset>
  );
}

export function LicenceForm(props: FormProps) {
  const { body, onChange, problem } = props;
  return (
    <>
      <div class="columns">
        <TextField
          label={t("field.plan")}
          name="plan"
          value={text(body.plan)}
          onInput={(value) => onChange(withValue(body, "plan", value))}
          maxLength={120}
          autocomplete="off"
          error={wrongAt(problem, "plan")}
          required={false}
        />
        <TextField
          label={t("field.valid_until")}
          name="valid_until"
          type="date"
          value={dayOf(text(body.valid_until))}
          onInput={(value) => onChange(withValue(body, "valid_until", endOf(value)))}
          hint={t("licence.untilHint")}
          error={wrongAt(problem, "valid_until")}
          required={false}
        />
      </div>
      <Features {...props} />
      <Limits {...props} />
    </>
  );
}
