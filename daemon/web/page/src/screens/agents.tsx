import { get } from "../api/http";
import type { Agent, Page } from "../api/types";
import { ago } from "../i18n";
import { t } from "../i18n/agents";
import { useLive } from "../live/socket";
import { may } from "../state/session";
import { ButtonLink, Empty, Light, Loading, PageHead } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icon";
import { useResource } from "../ui/resource";

const SHORTCUTS = [
  { tab: "documents", icon: "document", key: "agent.tab.documents" },
  { tab: "whatsapp", icon: "phone", key: "agent.tab.whatsapp" },
  { tab: "playground", icon: "play", key: "agent.tab.playground" },
] as const;

function AgentCard({ agent }: { agent: Agent }) {
  const active = agent.status === "active";
  return (
    <article class="panel agent-card">
      <header>
        <span class="hex" aria-hidden="true">
          <Icon name="agent" size={26} />
        </span>
        <div>
          <h2>
            <a href={`#/agents/${agent.id}`}>{agent.name}</a>
          </h2>
          <p>{agent.niche || t("agents.noNiche")}</p>
        </div>
        <Light tone={active ? "ok" : "plain"}>
          {t(active ? "agents.active" : "agents.paused")}
        </Light>
      </header>
      <p class="instructions">{agent.instructions || t("agents.noInstructions")}</p>
      <footer>
        {SHORTCUTS.map(({ tab, icon, key }) => (
          <a key={tab} href={`#/agents/${agent.id}/${tab}`}>
            <Icon name={icon} size={16} />
            {t(key)}
          </a>
        ))}
        <small>{t("agents.updated", { ago: ago(agent.updatedAt) })}</small>
      </footer>
    </article>
  );
}

/** Every agent of the box. */
export function Agents() {
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  useLive("agent.updated", agents.reload);
  const items = agents.data?.items;
  return (
    <>
      <PageHead title={t("agents.title")} lead={t("agents.lead")}>
        {may("operator") && (
          <ButtonLink href="#/agents/new" icon="plus" kind="primary">
            {t("agents.new")}
          </ButtonLink>
        )}
      </PageHead>
      <ProblemNote problem={agents.problem} />
      {!items && !agents.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="agent" title={t("agents.none")} text={t("agents.noneText")}>
          <ButtonLink href="#/agents/new" icon="plus" kind="primary">
            {t("agents.first")}
          </ButtonLink>
        </Empty>
      )}
      <div class="cards">
        {items?.map((agent) => (
          <AgentCard key={agent.id} agent={agent} />
        ))}
      </div>
    </>
  );
}
