import type { Problem } from "../api/problem";
import type { AgentSettings } from "../api/types";
import { t } from "../i18n/behaviour";
import { Panel } from "../ui/basics";
import { Switch, TextField } from "../ui/form";

interface Props {
  csat: AgentSettings["csat"];
  onChange: (part: Partial<AgentSettings["csat"]>) => void;
  problem: Problem | null;
}

/** Whether, and how, customers are asked how they were served. */
export function CsatPanel({ csat, onChange, problem }: Props) {
  return (
    <Panel title={t("behaviour.csat")} icon="target" class="form-panel">
      <Switch
        label={t("behaviour.csatEnabled")}
        hint={t("behaviour.csatHint")}
        checked={csat.enabled}
        onChange={(enabled) => onChange({ enabled })}
      />
      {csat.enabled && (
        <>
          <TextField
            label={t("behaviour.csatQuestion")}
            name="csat.question"
            rows={2}
            maxLength={255}
            value={csat.question ?? ""}
            onInput={(question) => onChange({ question: question || null })}
            placeholder={t("behaviour.csatOwn")}
            problem={problem}
            required={false}
          />
          <Switch
            label={t("behaviour.csatComment")}
            hint={t("behaviour.csatCommentHint")}
            checked={csat.comment}
            onChange={(comment) => onChange({ comment })}
          />
        </>
      )}
    </Panel>
  );
}
