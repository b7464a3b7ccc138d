/** One rung of the ladder of reminders: its day and its words. */
import type { ReminderStep } from "../../../api/billing";
import type { Problem } from "../../../api/problem";
import { t } from "../../../i18n/billing";
import { Button } from "../../../ui/basics";
import { SelectField, TextField } from "../../../ui/form";

const WHEN = ["issued", "before", "after"] as const;

/** A step as it is written: people say "two days before", the daemon says -2. */
export interface StepDraft {
  when: (typeof WHEN)[number];
  days: string;
  text: string;
}

export function draftOf({ days, text }: ReminderStep): StepDraft {
  const when = days === null ? "issued" : days > 0 ? "after" : "before";
  return { when, days: String(Math.abs(days ?? 0)), text: text ?? "" };
}

export function stepOf({ when, days, text }: StepDraft): ReminderStep {
  const count = Number(days);
  const signed = when === "issued" ? null : when === "before" ? 0 - count : count;
  return { days: signed, text: text.trim() === "" ? null : text };
}

interface Props {
  place: number;
  step: StepDraft;
  problem: Problem | null;
  onChange: (step: StepDraft) => void;
  onRemove: (() => void) | undefined;
}

export function StepFields({ place, step, problem, onChange, onRemove }: Props) {
  const name = `reminders.steps.${place}`;
  const n = place + 1;
  // Only the first can come with the invoice; what the daemon has is always shown.
  const options = WHEN.filter((one) => one !== "issued" || place === 0 || step.when === one);
  return (
    <fieldset>
      <legend>{t("billing.step", { n })}</legend>
      <div class="columns">
        <SelectField
          label={t("billing.stepWhen")}
          name={step.when === "issued" ? `${name}.days` : `${name}.when`}
          value={step.when}
          onChange={(when) => onChange({ ...step, when: when as StepDraft["when"] })}
          options={options.map((one) => [one, t(`billing.step.${one}`)])}
          problem={problem}
        />
        {step.when !== "issued" && (
          <TextField
            label={t("billing.stepDays")}
            name={`${name}.days`}
            type="number"
            min={0}
            max={365}
            hint={step.when === "before" ? t("billing.stepZero") : undefined}
            value={step.days}
            onInput={(days) => onChange({ ...step, days })}
            problem={problem}
            required
          />
        )}
      </div>
      <TextField
        label={t("billing.stepText")}
        name={`${name}.text`}
        rows={2}
        value={step.text}
        onInput={(text) => onChange({ ...step, text })}
        placeholder={t("billing.stepOwn")}
        hint={t("billing.stepHint")}
        problem={problem}
        required={false}
      />
      {onRemove && (
        <div class="actions">
          <Button small kind="quiet" icon="trash" onClick={onRemove}>
            {t("billing.stepRemove", { n })}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
