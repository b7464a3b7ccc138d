/** A call to another system. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/flows";
import { Button } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/form";
import { MapFields } from "./line-fields";
import { changed, read, shown, type StepProps } from "./step-parts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const SECRET = /\{\{\s*secret\.\w+\s*\}\}/;
type Line = [name: string, value: string];

/** A name for the secret of a header that no other header of the flow has. */
const secretName = (step: string, header: string) =>
  `${step}_${header}`.toLowerCase().replace(/\W+/g, "_").replace(/^\d/, "_").slice(0, 50);

function Headers({ step, problem, onChange }: StepProps) {
  // Lines stay while they are written, also those with the same name or none.
  const [lines, setLines] = useState<Line[]>(() => Object.entries(step.headers ?? {}));
  const known = JSON.stringify(Object.fromEntries(lines.filter(([name]) => name)));
  const outside = JSON.stringify(step.headers ?? {});
  const [before, setBefore] = useState(outside);
  if (outside !== before) {
    setBefore(outside);
    // Saving puts the names of secrets in the place of what was written.
    if (outside !== known) setLines(Object.entries(step.headers ?? {}));
  }
  const set = (next: Line[]) => {
    setLines(next);
    const headers = Object.fromEntries(next.filter(([name]) => name.trim()));
    onChange(changed(step, { headers: Object.keys(headers).length > 0 ? headers : undefined }));
  };
  const put = (index: number, line: Line) =>
    set(lines.map((one, at) => (at === index ? line : one)));
  return (
    <fieldset class="rule-box">
      <legend>{t("step.headers")}</legend>
      <p class="hint">{t("step.headersHint")}</p>
      {problem?.fields.headers && <p class="field-error">{problem.fields.headers}</p>}
      <div class="lines">
        {lines.map(([name, value], index) => (
          <div
            key={index}
            class="line"
            role="group"
            aria-label={t("step.header", { n: index + 1 })}
          >
            <TextField
              label={t("step.headerName")}
              name={`headers.${index}.name`}
              value={name}
              onInput={(text) => put(index, [text.trim(), value])}
              placeholder="Authorization"
              autocomplete="off"
            />
            <TextField
              label={t("step.headerValue")}
              name={`headers.${index}.value`}
              value={value}
              onInput={(text) => put(index, [name, text])}
              placeholder="Bearer …"
              autocomplete="off"
            />
            {name && !SECRET.test(value) && !value.trim() && (
              <Button
                small
                icon="key"
                onClick={() => put(index, [name, `{{secret.${secretName(step.id, name)}}}`])}
              >
                {t("step.makeSecret")}
              </Button>
            )}
            <Button
              small
              kind="quiet"
              icon="trash"
              label={t("step.removeHeader", { n: index + 1 })}
              onClick={() => set(lines.filter((_, at) => at !== index))}
            />
          </div>
        ))}
        <Button small icon="plus" onClick={() => setLines([...lines, ["", ""]])}>
          {t("step.addHeader")}
        </Button>
      </div>
    </fieldset>
  );
}

export function HttpFields(props: StepProps) {
  const { step, problem, onChange } = props;
  return (
    <>
      <div class="columns">
        <SelectField
          label={t("step.method")}
          name="method"
          value={step.method ?? "GET"}
          onChange={(method) => onChange({ ...step, method })}
          options={METHODS.map((one) => [one, one])}
          problem={problem}
        />
        <TextField
          label={t("step.httpTimeout")}
          name="timeoutSeconds"
          type="number"
          min={1}
          max={30}
          value={shown(step.timeoutSeconds ?? 10)}
          onInput={(text) => onChange(changed(step, { timeoutSeconds: read(text) }))}
          problem={problem}
        />
      </div>
      <TextField
        label={t("step.url")}
        name="url"
        value={step.url ?? ""}
        onInput={(url) => onChange({ ...step, url })}
        hint={t("step.urlHint")}
        problem={problem}
      />
      <Headers {...props} />
      <TextField
        label={t("step.body")}
        name="body"
        rows={3}
        value={step.body ?? ""}
        onInput={(body) => onChange(changed(step, { body: body || undefined }))}
        hint={t("step.bodyHint")}
        problem={problem}
        required={false}
      />
      <MapFields step={step} problem={problem} onChange={onChange} />
    </>
  );
}
