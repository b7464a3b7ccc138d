import { useState } from "preact/hooks";
import { del, get, query } from "../api/http";
import type { Agent, LogEntry, Page } from "../api/types";
import { dateTime } from "../i18n";
import { has, t } from "../i18n/logs";
import { may } from "../state/session";
import { Badge, Button, Empty, Loading, PageHead, Panel, type Tone } from "../ui/basics";
import { confirm, toastProblem } from "../ui/feedback";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icon";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";
import { Tabs } from "../ui/tabs";
import { Audit } from "./audit";

const TONES: Record<LogEntry["level"], Tone> = { error: "bad", warning: "warn", info: "accent" };
const BLANK = { agentId: "", conversationId: "", level: "", kind: "", start: "", end: "" };

type Filters = typeof BLANK;

interface FiltersProps {
  value: Filters;
  agents: Agent[];
  onChange: (value: Filters) => void;
}

function FilterBar({ value, agents, onChange }: FiltersProps) {
  const change = (name: keyof Filters) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...value, [name]: event.currentTarget.value });
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        {t("logs.agent")}
        <select value={value.agentId} onChange={change("agentId")}>
          <option value="">{t("logs.any")}</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("logs.level")}
        <select value={value.level} onChange={change("level")}>
          <option value="">{t("logs.any")}</option>
          <option value="info">{t("level.info")}</option>
          <option value="warning">{t("level.warning")}</option>
          <option value="error">{t("level.error")}</option>
        </select>
      </label>
      <label>
        {t("logs.kind")}
        <select value={value.kind} onChange={change("kind")}>
          <option value="">{t("logs.any")}</option>
          <option value="message">{t("logs.kind.message")}</option>
          <option value="event">{t("logs.kind.event")}</option>
          <option value="error">{t("logs.kind.error")}</option>
          <option value="security">{t("logs.kind.security")}</option>
        </select>
      </label>
      <label>
        {t("logs.conversation")}
        <input value={value.conversationId} onChange={change("conversationId")} />
      </label>
      <label>
        {t("logs.start")}
        <input type="date" value={value.start} onInput={change("start")} />
      </label>
      <label>
        {t("logs.end")}
        <input type="date" value={value.end} onInput={change("end")} />
      </label>
    </form>
  );
}

/** The facts on one line: `state WORKING · attempts 2`. Ids are for programs: the API has them. */
function factsOf({ facts }: LogEntry): string {
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && value !== "" && !/(^id|Id|^since)$/.test(name))
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}

function Entry({ entry, onGone }: { entry: LogEntry; onGone: () => void }) {
  const remove = async () => {
    if (await confirm(t("logs.deleteTitle"), t("logs.deleteText"), t("common.delete")))
      await del(`/logs/${entry.id}`).then(onGone, toastProblem);
  };
  const key = `event.${entry.event}`;
  return (
    <li class="log-row">
      <time dateTime={entry.at}>{dateTime(entry.at)}</time>
      <Badge tone={TONES[entry.level]}>{t(`level.${entry.level}`)}</Badge>
      <div>
        <b>{has(key) ? t(key) : entry.event}</b>
        <small class="facts-line">{factsOf(entry)}</small>
      </div>
      <div class="row-actions">
        {entry.conversationId && (
          <a
            class="button quiet small bare"
            href={`#/inbox/${entry.conversationId}`}
            aria-label={t("logs.openChat")}
            title={t("logs.openChat")}
          >
            <Icon name="chat" size={16} />
          </a>
        )}
        {may("owner") && (
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("logs.delete")}
            onClick={() => void remove()}
          />
        )}
      </div>
    </li>
  );
}

/** What happened on the box, filtered. */
function Events() {
  const [filters, setFilters] = useState(BLANK);
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const path = `/logs${query({ ...filters, limit: 50 })}`;
  const logs = useResource(path, () => get<Page<LogEntry>>(path));
  const { data } = logs;
  return (
    <Panel
      title={t("logs.tab.events")}
      icon="logs"
      actions={
        <Button
          small
          kind="quiet"
          icon="refresh"
          label={t("common.refresh")}
          onClick={logs.reload}
        />
      }
    >
      <FilterBar value={filters} agents={agents.data?.items ?? []} onChange={setFilters} />
      <ProblemNote problem={logs.problem} />
      {!data && !logs.problem && <Loading />}
      {data?.items.length === 0 && (
        <Empty icon="logs" title={t("logs.none")} text={t("logs.noneText")} />
      )}
      <ul class="rows">
        {data?.items.map((entry) => (
          <Entry key={entry.id} entry={entry} onGone={logs.reload} />
        ))}
      </ul>
      <More list={logs} path={path} />
    </Panel>
  );
}

/** What happened on the box, and, for its owner, who did what. */
export function Logs({ tab }: { tab?: string | undefined }) {
  const audit = tab === "audit" && may("owner");
  return (
    <>
      <PageHead title={t("logs.title")} lead={t("logs.lead")} />
      {may("owner") && (
        <Tabs
          label={t("logs.title")}
          items={[
            { href: "#/logs/events", icon: "logs", text: t("logs.tab.events"), current: !audit },
            { href: "#/logs/audit", icon: "shield", text: t("logs.tab.audit"), current: audit },
          ]}
        />
      )}
      {audit ? <Audit /> : <Events />}
    </>
  );
}
