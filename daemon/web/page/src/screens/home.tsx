import { get, query } from "../api/http";
import type { Agent, Conversation, KnowledgeDocument, Page, WhatsAppSession } from "../api/types";
import { count, t } from "../i18n/home";
import { useLive } from "../live/socket";
import { may, user } from "../state/session";
import { load } from "../storage";
import { ButtonLink, Empty, Loading, PageHead, Panel } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { Icon, type IconName } from "../ui/icon";
import { Ring } from "../ui/ring";
import { useResource } from "../ui/resource";
import { BoxHealth } from "./box-health";
import { ChatRow } from "./chat-row";

interface Step {
  key: "agent" | "documents" | "whatsapp" | "try";
  icon: IconName;
  done: boolean;
  href: string;
}

interface Overview {
  agents: Agent[];
  steps: Step[];
}

async function overview(): Promise<Overview> {
  const { items: agents } = await get<Page<Agent>>("/agents?limit=200");
  const first = agents[0];
  const looks = await Promise.all(agents.slice(0, 5).map((agent) => lookAt(agent.id)));
  const some = (what: "documents" | "connected") => looks.some((look) => look[what]);
  const base = first ? `#/agents/${first.id}` : "#/agents/new";
  return {
    agents,
    steps: [
      { key: "agent", icon: "agent", done: agents.length > 0, href: first ? "#/agents" : base },
      {
        key: "documents",
        icon: "document",
        done: some("documents"),
        href: within(base, "documents"),
      },
      { key: "whatsapp", icon: "phone", done: some("connected"), href: within(base, "whatsapp") },
      { key: "try", icon: "play", done: load("tried") === "yes", href: within(base, "playground") },
    ],
  };
}

const within = (base: string, tab: string) => (base.endsWith("/new") ? base : `${base}/${tab}`);

async function lookAt(id: string): Promise<{ documents: boolean; connected: boolean }> {
  const [documents, sessions] = await Promise.all([
    get<Page<KnowledgeDocument>>(`/agents/${id}/documents${query({ limit: 1 })}`),
    get<Page<WhatsAppSession>>(`/whatsapp/${id}/sessions`),
  ]);
  return {
    documents: documents.items.length > 0,
    connected: sessions.items.some((session) => session.state === "WORKING"),
  };
}

function Checklist({ steps }: { steps: Step[] }) {
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done);
  return (
    <Panel title={t("home.steps")} icon="trace" class="checklist">
      <Ring value={done / steps.length} label={t("home.stepsDone", { done, all: steps.length })}>
        <strong>
          {done}
          <span>/{steps.length}</span>
        </strong>
      </Ring>
      <ol>
        {steps.map((step) => (
          <li key={step.key} class={step.done ? "done" : step === next ? "next" : ""}>
            <a href={step.href} aria-current={step === next ? "step" : undefined}>
              <span class="step-icon">
                <Icon name={step.done ? "check" : step.icon} />
              </span>
              <span>
                <b>{t(`home.step.${step.key}`)}</b>
                <small>{t(`home.step.${step.key}.text`)}</small>
              </span>
              <span class="sr">{t(step.done ? "home.done" : "home.todo")}</span>
              {step === next && <Icon name="chevron" />}
            </a>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Recent() {
  const chats = useResource("recent", () =>
    get<Page<Conversation>>(`/conversations${query({ limit: 6 })}`),
  );
  useLive("conversation.updated message.received", chats.reload);
  const items = chats.data?.items ?? [];
  const waiting = items.filter((chat) => chat.owner === "waiting").length;
  return (
    <Panel
      title={waiting ? count("home.waiting", waiting) : t("home.recent")}
      icon="chat"
      actions={<a href="#/inbox">{t("home.all")}</a>}
    >
      <ProblemNote problem={chats.problem} />
      {chats.data && items.length === 0 && (
        <Empty icon="chat" title={t("inbox.none")} text={t("inbox.noneText")} />
      )}
      <ul class="rows">
        {items.map((chat) => (
          <li key={chat.id}>
            <ChatRow chat={chat} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What to do next, how the box is, and who wrote last. */
export function Home() {
  const state = useResource("home", overview);
  useLive("agent.updated document.ready session.updated", state.reload);
  const name = user.value?.name.split(" ")[0] ?? "";
  const finished = state.data?.steps.every((step) => step.done);
  return (
    <>
      <PageHead
        title={t("home.hello", { name })}
        lead={t(finished ? "home.leadDone" : "home.lead")}
      >
        {may("operator") && (
          <ButtonLink href="#/agents/new" icon="plus" kind={finished ? "plain" : "primary"}>
            {t("agents.new")}
          </ButtonLink>
        )}
      </PageHead>
      <ProblemNote problem={state.problem} />
      <div class="home-grid">
        {finished ? (
          <Recent />
        ) : state.data ? (
          <Checklist steps={state.data.steps} />
        ) : (
          !state.problem && <Loading />
        )}
        <BoxHealth />
        {!finished && <Recent />}
      </div>
    </>
  );
}
