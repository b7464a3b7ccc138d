import { useState } from "preact/hooks";
import { get, query } from "../api/http";
import type { Agent, LogEntry, Page } from "../api/types";
import { dateTime, has, t } from "../i18n";
import { Badge, Button, Empty, Loading, PageHead, Panel, type Tone } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";

const TONES: Record<LogEntry["level"], Tone> = { error: "bad", warning: "warn", info: "accent" };
const BLANK = { agentId: "", level: "", kind: "", start: "", end: "" };

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
        </select>
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
    .filter(([name, value]) => value !== null && value !== "" && !/(^id|_id|Id|^since)$/.test(name))
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}

function Entry({ entry }: { entry: LogEntry }) {
  const key = `event.${entry.event}`;
  return (
    <li class="log-row">
      <time dateTime={entry.at}>{dateTime(entry.at)}</time>
      <Badge tone={TONES[entry.level]}>{t(`level.${entry.level}`)}</Badge>
      <div>
        <b>{has(key) ? t(key) : entry.event}</b>
        <small class="facts-line">{factsOf(entry)}</small>
      </div>
    </li>
  );
}

/** What happened on the box, filtered. */
export function Logs(_: { tab?: string | undefined }) {
  const [filters, setFilters] = useState(BLANK);
  const agents = useResource("agents", () => get<Page<Agent>>("/agents?limit=200"));
  const path = `/logs${query({ ...filters, limit: 50 })}`;
  const logs = useResource(path, () => get<Page<LogEntry>>(path));
  const { data } = logs;
  return (
    <>
      <PageHead title={t("logs.title")} lead={t("logs.lead")}>
        <Button icon="refresh" onClick={logs.reload}>
          {t("common.refresh")}
        </Button>
      </PageHead>
      <Panel>
        <FilterBar value={filters} agents={agents.data?.items ?? []} onChange={setFilters} />
        <ProblemNote problem={logs.problem} />
        {!data && !logs.problem && <Loading />}
        {data?.items.length === 0 && (
          <Empty icon="logs" title={t("logs.none")} text={t("logs.noneText")} />
        )}
        <ul class="rows">
          {data?.items.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
        <More list={logs} path={path} />
      </Panel>
    </>
  );
}
