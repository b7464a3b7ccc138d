import { useState } from "preact/hooks";
import { del, patch } from "../api/http";
import type { Agent } from "../api/types";
import { t } from "../i18n/agents";
import { go } from "../router";
import { may } from "../state/session";
import { Button, Panel } from "../ui/basics";
import { confirm, toast } from "../ui/feedback";
import { ProblemNote, useAction } from "../ui/form";
import { AGENT_FIELDS, AgentFields, type AgentDraft } from "./agent-form";

interface Props {
  agent: Agent;
  onSaved: (agent: Agent) => void;
}

/** Change who the agent is, pause it, or delete it. */
export function AgentProfile({ agent, onSaved }: Props) {
  const { name, niche, instructions, language, status, clientId } = agent;
  const known: AgentDraft = { name, niche, instructions, language, status, clientId };
  const [draft, setDraft] = useState(known);
  const path = `/agents/${agent.id}`;
  const save = useAction(async () => {
    onSaved(await patch<Agent>(path, draft));
    toast(t("common.saved"));
  });
  const remove = useAction(async () => {
    const sure = await confirm(
      t("agent.deleteTitle", { name }),
      t("agent.deleteText"),
      t("agent.delete"),
    );
    if (!sure) return;
    await del(path);
    go("/agents");
  });
  return (
    <Panel class="narrow">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <AgentFields draft={draft} onChange={setDraft} problem={save.problem} withStatus />
        <ProblemNote problem={save.problem} except={AGENT_FIELDS} />
        <ProblemNote problem={remove.problem} />
        {may("operator") && (
          <div class="actions">
            <Button type="submit" kind="primary" busy={save.busy}>
              {t("common.save")}
            </Button>
            <Button kind="danger" icon="trash" busy={remove.busy} onClick={() => void remove.run()}>
              {t("agent.delete")}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}
