import { useState } from "preact/hooks";
import { post } from "../api/http";
import type { Agent } from "../api/types";
import { t } from "../i18n/agents";
import { go } from "../router";
import { Button, ButtonLink, PageHead, Panel } from "../ui/basics";
import { toast } from "../ui/feedback";
import { ProblemNote, useAction } from "../ui/form";
import { AGENT_FIELDS, AgentFields, type AgentDraft } from "./agent-form";

const BLANK: AgentDraft = {
  name: "",
  niche: "",
  instructions: "",
  language: "pt-BR",
  status: "active",
  clientId: null,
};

/** Create an agent; the next thing it needs is documents. */
export function AgentNew() {
  const [draft, setDraft] = useState(BLANK);
  const create = useAction(async () => {
    const { name, niche, instructions, language, clientId } = draft;
    const wish = { name, niche, instructions, language, clientId };
    const agent = await post<Agent>("/agents", wish);
    toast(t("agent.created", { name: agent.name }));
    go(`/agents/${agent.id}/documents`);
  });
  return (
    <>
      <PageHead title={t("agents.new")} lead={t("agent.newLead")} back="#/agents" />
      <Panel class="narrow">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void create.run();
          }}
        >
          <AgentFields draft={draft} onChange={setDraft} problem={create.problem} />
          <ProblemNote problem={create.problem} except={AGENT_FIELDS} />
          <div class="actions">
            <Button type="submit" kind="primary" busy={create.busy}>
              {t("agent.create")}
            </Button>
            <ButtonLink href="#/agents">{t("common.cancel")}</ButtonLink>
          </div>
        </form>
      </Panel>
    </>
  );
}
