import type { Problem } from "../api/problem";
import type { Agent } from "../api/types";
import { t } from "../i18n/agents";
import { SelectField, Switch, TextField } from "../ui/form";
import { ClientSelect } from "./client-select";

export type AgentDraft = Pick<
  Agent,
  "name" | "niche" | "instructions" | "language" | "status" | "clientId"
>;

interface Props {
  draft: AgentDraft;
  onChange: (draft: AgentDraft) => void;
  problem: Problem | null;
  withStatus?: boolean;
}

/** The fields that `AgentFields` marks by itself when the daemon refuses one. */
export const AGENT_FIELDS = ["name", "niche", "instructions", "language", "clientId"];

/** Who the agent is and how it should speak. */
export function AgentFields({ draft, onChange, problem, withStatus }: Props) {
  const change = (field: Exclude<keyof AgentDraft, "clientId">) => (value: string) =>
    onChange({ ...draft, [field]: value });
  return (
    <>
      <div class="columns">
        <TextField
          label={t("agent.name")}
          name="name"
          value={draft.name}
          onInput={change("name")}
          placeholder={t("agent.nameExample")}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("agent.niche")}
          name="niche"
          value={draft.niche}
          onInput={change("niche")}
          placeholder={t("agent.nicheExample")}
          hint={t("agent.nicheHint")}
          autocomplete="off"
          problem={problem}
          required={false}
        />
      </div>
      <TextField
        label={t("agent.instructions")}
        name="instructions"
        value={draft.instructions}
        onInput={change("instructions")}
        rows={8}
        placeholder={t("agent.instructionsExample")}
        hint={t("agent.instructionsHint")}
        problem={problem}
        required={false}
      />
      <SelectField
        label={t("agent.language")}
        name="language"
        value={draft.language}
        onChange={change("language")}
        options={[
          ["pt-BR", t("language.pt")],
          ["en", t("language.en")],
          ["es", t("language.es")],
        ]}
        hint={t("agent.languageHint")}
        problem={problem}
      />
      <ClientSelect
        value={draft.clientId}
        onChange={(clientId) => onChange({ ...draft, clientId })}
        problem={problem}
      />
      {withStatus && (
        <Switch
          label={t("agent.statusLabel")}
          hint={t("agent.statusHint")}
          checked={draft.status === "active"}
          onChange={(on) => onChange({ ...draft, status: on ? "active" : "paused" })}
        />
      )}
    </>
  );
}
