/** A question: its words, where the answer is kept, and what an answer must be. */
import { CHECKS } from "../../api/flows";
import { freshId, without } from "../../graph";
import { t } from "../../i18n/flows";
import { Button } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/form";
import { RepairFields } from "./repair-fields";
import { isRepair } from "./rules";
import { changed, Extra, read, shown, Text, type StepProps } from "./step-parts";

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

/** How long an answer in words may be, what it looks like, where a number is from. */
function Form({ step, problem, onChange }: StepProps) {
  const { check = {} } = step;
  const set = (name: string, value: unknown) =>
    onChange({ ...step, check: changed<Record<string, unknown>>(check, { [name]: value }) });
  const type = check.type ?? "text";
  if (type === "phone") {
    return (
      <TextField
        label={t("step.country")}
        name="check.country"
        value={typeof check.country === "string" ? check.country : ""}
        onInput={(text) => set("country", text.toUpperCase() || undefined)}
        placeholder="BR"
        maxLength={2}
        hint={t("step.countryHint")}
        problem={problem}
        required={false}
      />
    );
  }
  if (type !== "text") return null;
  return (
    <Extra
      summary={t("step.more")}
      open={["minLength", "maxLength", "pattern"].some((one) => one in check)}
    >
      <div class="columns">
        {(["minLength", "maxLength"] as const).map((name) => (
          <TextField
            key={name}
            label={t(`step.${name}`)}
            name={`check.${name}`}
            type="number"
            min={0}
            max={4000}
            value={shown(check[name])}
            onInput={(text) => set(name, read(text))}
            problem={problem}
            required={false}
          />
        ))}
      </div>
      <TextField
        label={t("step.pattern")}
        name="check.pattern"
        value={typeof check.pattern === "string" ? check.pattern : ""}
        onInput={(text) => set("pattern", text || undefined)}
        hint={t("step.patternHint")}
        problem={problem}
        required={false}
        autocomplete="off"
      />
    </Extra>
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
      <Form {...props} />
      <TextField
        label={t("step.retry")}
        name="retryText"
        value={step.retryText ?? ""}
        onInput={(retryText) => onChange(changed(step, { retryText: retryText || undefined }))}
        problem={problem}
        required={false}
      />
      <Extra
        summary={t("repair.title")}
        open={step.repair !== undefined || Object.keys(problem?.fields ?? {}).some(isRepair)}
      >
        <p class="hint">{t("repair.lead")}</p>
        <RepairFields
          repair={step.repair ?? {}}
          problem={problem}
          onChange={(repair) => onChange(changed(step, { repair }))}
        />
      </Extra>
    </>
  );
}
