import { useState } from "preact/hooks";
import { t } from "../../../i18n/billing";
import { Button, Panel } from "../../../ui/basics";
import { ProblemNote, Switch, TextField, useAction } from "../../../ui/form";
import type { PartProps } from ".";

/** When an invoice is due, and what a debt does to a client. */
export function TermsPanel({ saved, save }: PartProps) {
  const [dueDays, setDueDays] = useState(String(saved.dueDays));
  const [enabled, setEnabled] = useState(saved.grace.enabled);
  const [days, setDays] = useState(String(saved.grace.days));
  const keep = useAction(() =>
    save({ dueDays: Number(dueDays), grace: { enabled, days: enabled ? Number(days) : 0 } }),
  );
  return (
    <Panel title={t("billing.terms")} icon="calendar" class="form-panel">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void keep.run();
        }}
      >
        <TextField
          label={t("billing.dueDays")}
          name="dueDays"
          type="number"
          min={0}
          max={90}
          value={dueDays}
          onInput={setDueDays}
          hint={t("billing.dueDaysHint")}
          problem={keep.problem}
          required
        />
        <Switch
          label={t("billing.grace")}
          hint={t("billing.graceHint")}
          checked={enabled}
          onChange={setEnabled}
        />
        {enabled && (
          <TextField
            label={t("billing.graceDays")}
            name="grace.days"
            type="number"
            min={0}
            max={365}
            value={days}
            onInput={setDays}
            problem={keep.problem}
            required
          />
        )}
        <ProblemNote problem={keep.problem} except={["dueDays", "grace.days"]} />
        <div class="actions">
          <Button type="submit" kind="primary" busy={keep.busy}>
            {t("billing.termsSave")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
