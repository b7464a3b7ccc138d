import { useState } from "preact/hooks";
import type { BillingSettings } from "../../../api/billing";
import { t } from "../../../i18n/billing";
import { Button, Panel } from "../../../ui/basics";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../../ui/form";
import { AgentSelect } from "../../agent-select";
import type { PartProps } from ".";
import { draftOf, StepFields, stepOf } from "./reminder-step";

const MOST_STEPS = 12;

/** How clients are reminded, and what happens when nobody pays. */
export function RemindersPanel({ saved, save }: PartProps) {
  const [agentId, setAgent] = useState(saved.reminders.agentId);
  const [language, setLanguage] = useState<string>(saved.reminders.language);
  const [steps, setSteps] = useState(saved.reminders.steps.map(draftOf));
  const [cancel, setCancel] = useState(saved.reminders.cancel);
  const keep = useAction(() => {
    const body: Partial<BillingSettings["reminders"]> = { agentId, steps: steps.map(stepOf) };
    return save({ reminders: { ...body, language, cancel } });
  });
  const { problem } = keep;
  const marked = steps.flatMap((_, place) =>
    ["days", "text"].map((name) => `reminders.steps.${place}.${name}`),
  );
  const add = () => {
    const last = steps[steps.length - 1];
    const days = last?.when === "after" ? Number(last.days) + 7 : 1;
    setSteps([...steps, { when: "after", days: String(days), text: "" }]);
  };
  return (
    <Panel title={t("billing.reminders")} icon="bell" class="form-panel">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void keep.run();
        }}
      >
        <p class="lead">{t("billing.remindersLead")}</p>
        <div class="columns">
          <AgentSelect
            label={t("billing.speaker")}
            value={agentId}
            onChange={setAgent}
            none={t("billing.nobody")}
            name="reminders.agentId"
            problem={problem}
          />
          <SelectField
            label={t("billing.language")}
            name="reminders.language"
            value={language}
            onChange={setLanguage}
            options={[
              ["pt-BR", t("language.pt")],
              ["en", t("language.en")],
            ]}
            problem={problem}
          />
        </div>
        <ol class="ladder">
          {steps.map((step, place) => (
            <li key={place}>
              <StepFields
                place={place}
                step={step}
                problem={problem}
                onChange={(next) => setSteps(steps.map((one, at) => (at === place ? next : one)))}
                onRemove={
                  steps.length > 1
                    ? () => setSteps(steps.filter((_, at) => at !== place))
                    : undefined
                }
              />
            </li>
          ))}
        </ol>
        {steps.length < MOST_STEPS && (
          <div class="actions">
            <Button small icon="plus" onClick={add}>
              {t("billing.stepAdd")}
            </Button>
          </div>
        )}
        <Switch
          label={t("billing.cancel")}
          hint={t("billing.cancelHint")}
          checked={cancel.enabled}
          onChange={(enabled) => setCancel({ ...cancel, enabled })}
        />
        {cancel.enabled && (
          <TextField
            label={t("billing.cancelDays")}
            name="reminders.cancel.afterDays"
            type="number"
            min={1}
            max={365}
            value={String(cancel.afterDays)}
            onInput={(text) => setCancel({ ...cancel, afterDays: Number(text) })}
            problem={problem}
            required
          />
        )}
        <ProblemNote
          problem={problem}
          except={[
            ...marked,
            "reminders.agentId",
            "reminders.language",
            "reminders.cancel.afterDays",
          ]}
        />
        <div class="actions">
          <Button type="submit" kind="primary" busy={keep.busy}>
            {t("billing.remindersSave")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
