import { get } from "../api/http";
import type { Agent } from "../api/types";
import { t } from "../i18n/agents";
import { Light, Loading, PageHead } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import type { IconName } from "../ui/icon";
import { useResource, type Resource } from "../ui/resource";
import { Tabs } from "../ui/tabs";
import { AgentProfile } from "./agent-profile";
import { Behaviour } from "./behaviour";
import { Documents } from "./documents";
import { Faqs } from "./faqs";
import { lazy } from "../ui/lazy";
import { Playground } from "./playground";
import { WhatsApp } from "./whatsapp";

// Not everybody looks here, so it is fetched when somebody does.
const Golden = lazy(() => import("./golden").then((file) => file.Golden));

const TABS = [
  ["documents", "document"],
  ["faqs", "faq"],
  ["playground", "play"],
  ["golden", "target"],
  ["whatsapp", "phone"],
  ["behaviour", "settings"],
  ["profile", "agent"],
] as const satisfies [name: string, icon: IconName][];

interface TabProps {
  name: string;
  agent: Resource<Agent> & { data: Agent };
  query: URLSearchParams;
}

function Tab({ name, agent, query }: TabProps) {
  const { id } = agent.data;
  switch (name) {
    case "documents":
      return <Documents agentId={id} />;
    case "faqs":
      return <Faqs agentId={id} question={query.get("question") ?? ""} />;
    case "playground":
      return <Playground agentId={id} />;
    case "golden":
      return <Golden agentId={id} />;
    case "whatsapp":
      return <WhatsApp agentId={id} />;
    case "behaviour":
      return <Behaviour agentId={id} />;
    default:
      return <AgentProfile agent={agent.data} onSaved={(saved) => agent.set(() => saved)} />;
  }
}

interface PageProps {
  id: string;
  tab?: string | undefined;
  query: URLSearchParams;
}

/** One agent, a tab for each thing to do with it. */
export function AgentPage({ id, tab = "documents", query }: PageProps) {
  const agent = useResource(id, () => get<Agent>(`/agents/${id}`));
  const { data } = agent;
  if (!data) {
    return agent.problem ? (
      <>
        <PageHead title={t("lost.title")} back="#/agents" />
        <ProblemNote problem={agent.problem} />
      </>
    ) : (
      <Loading />
    );
  }
  const active = data.status === "active";
  return (
    <>
      <PageHead title={data.name} lead={data.niche} back="#/agents">
        <Light tone={active ? "ok" : "plain"}>
          {t(active ? "agents.active" : "agents.paused")}
        </Light>
      </PageHead>
      <Tabs
        label={t("agent.tabs")}
        items={TABS.map(([name, icon]) => ({
          href: `#/agents/${id}/${name}`,
          icon,
          text: t(`agent.tab.${name}`),
          current: name === tab,
        }))}
      />
      <Tab name={tab} agent={{ ...agent, data }} query={query} />
    </>
  );
}
