/** A question: its words, where the answer is kept, and what an answer must be. */
import { CHECKS } from "../../api/flows";
import { freshId, without } from "../../graph";
import { t } from "../../i18n/flows";
import { Button } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/form";
import { changed, Text, type StepProps } from "./step-form";

function Options({ step, problem, onChange }: StepProps) {
  const options = step.check?.options ?? [];
  const set = (next: typeof options) =>
    onChange({ ...step, check: { ...step.check, type: "choice", options: next } });
  return (
    <div class="lines">
      {options.map((option, index) => (
        <div key={option.id} class="line">
          <TextField
            label={t("step.option", { n: index + 1 })}
            name={`check.options.${index}.label`}
            value={option.label}
            onInput={(label) =>
              set(options.map((one) => (one.id === option.id ? { ...one, label } : one)))
            }
            problem={problem}
            autocomplete="off"
          />
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("step.removeOption", { n: index + 1 })}
            onClick={() => set(options.filter((one) => one.id !== option.id))}
          />
        </div>
      ))}
      <Button
        small
        icon="plus"
        onClick={() => set([...options, { id: freshId(options, "option"), label: "" }])}
      >
        {t("step.addOption")}
      </Button>
    </div>
  );
}

function Bounds({ step, problem, onChange }: StepProps) {
  const { check } = step;
  const bound = (name: "min" | "max") => (text: string) => {
    const rest = without(check ?? {}, name);
    onChange({ ...step, check: text === "" ? rest : { ...rest, [name]: Number(text) } });
  };
  const shown = (value: unknown) => (typeof value === "number" ? String(value) : "");
  return (
    <div class="columns">
      {(["min", "max"] as const).map((name) => (
        <TextField
          key={name}
          label={t(`step.${name}`)}
          name={`check.${name}`}
          type="number"
          step="any"
          value={shown(check?.[name])}
          onInput={bound(name)}
          problem={problem}
          required={false}
        />
      ))}
    </div>
  );
}

export function AskFields(props: StepProps) {
  const { step, problem, onChange } = props;
  const type = step.check?.type ?? "text";
  const turn = (next: string) => {
    const options = [
      { id: "option1", label: "" },
      { id: "option2", label: "" },
    ];
    const check = next === "choice" ? { type: next, options } : { type: next };
    onChange({ ...step, check });
  };
  return (
    <>
      <Text {...props} label={t("step.question")} required />
      <div class="columns">
        <TextField
          label={t("step.variable")}
          name="variable"
          value={step.variable ?? ""}
          onInput={(variable) => onChange({ ...step, variable })}
          hint={t("step.variableHint")}
          problem={problem}
          autocomplete="off"
        />
        <SelectField
          label={t("step.check")}
          name="check.type"
          value={type}
          onChange={turn}
          options={CHECKS.map((one) => [one, t(`check.${one}`)])}
          problem={problem}
        />
      </div>
      {type === "choice" && <Options {...props} />}
      {type === "number" && <Bounds {...props} />}
      {type !== "choice" && (
        <TextField
          label={t("step.retry")}
          name="retryText"
          value={step.retryText ?? ""}
          onInput={(retryText) => onChange(changed(step, { retryText: retryText || undefined }))}
          problem={problem}
          required={false}
        />
      )}
    </>
  );
}
