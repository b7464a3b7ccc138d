import { useState } from "preact/hooks";
import { STATES, type FlowDetail, type Run, type RunLine } from "../../api/flows";
import { get, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { ago, dateTime, timeOfDay } from "../../i18n";
import { has, t } from "../../i18n/flows";
import { useLive } from "../../live/socket";
import { phone } from "../../phone";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { nameOf } from "./picture";

/** The words of a line of the history, where it has any. */
function wordsOf(line: RunLine): string {
  const { text, input, value } = line.data;
  const said = [text, input, value].find((one) => typeof one === "string" && one !== "");
  return typeof said === "string" ? said : "";
}

/** What happened, in the reader's words. */
function doing(what: string): string {
  const key = `line.${what}`;
  return has(key) ? t(key) : what;
}

function History({ run, names }: { run: Run; names: Map<string, string> }) {
  const path = `/flows/runs/${run.id}/history?limit=100`;
  const lines = useResource(`${path}:${run.updatedAt}`, () => get<Page<RunLine>>(path));
  if (!lines.data) return lines.problem ? <ProblemNote problem={lines.problem} /> : <Loading />;
  return (
    <>
      <ol class="run-history">
        {lines.data.items
          .filter(({ what }) => what !== "left")
          .map((line) => (
            <li key={line.seq}>
              <time dateTime={line.at} title={dateTime(line.at)}>
                {timeOfDay(line.at)}
              </time>
              <code>{doing(line.what)}</code>
              <span>
                {names.get(line.node) ?? line.node}
                {wordsOf(line) && <small>{wordsOf(line)}</small>}
              </span>
            </li>
          ))}
      </ol>
      <More list={lines} path={path} />
    </>
  );
}

interface RowProps {
  run: Run;
  names: Map<string, string>;
  onChange: (run: Run) => void;
}

function Row({ run, names, onChange }: RowProps) {
  const [open, setOpen] = useState(false);
  const act = (what: string) => () =>
    void post<Run>(`/flows/runs/${run.id}/${what}`).then(onChange, toastProblem);
  const ended = run.state === "ended";
  const who = run.contactName ?? (run.contactPhone ? phone(run.contactPhone) : t("runs.anyone"));
  const words = [
    ago(run.startedAt),
    run.channel,
    t("runs.version", { version: run.version }),
    t("runs.at", { step: names.get(run.node) ?? run.node }),
  ];
  return (
    <li>
      <div class="list-row wraps">
        <span>
          <b>{who}</b>
          <small>{words.join(" · ")}</small>
        </span>
        <Badge tone={ended ? "plain" : run.state === "paused" ? "warn" : "accent"}>
          {ended && run.outcome
            ? t(`outcome.${run.outcome as "completed"}`)
            : t(`runState.${run.state}`)}
        </Badge>
        <div class="row-actions">
          {may("operator") && !ended && run.state !== "paused" && (
            <Button small icon="pause" onClick={act("pause")}>
              {t("runs.pause")}
            </Button>
          )}
          {may("operator") && run.state === "paused" && (
            <Button small icon="play" onClick={act("resume")}>
              {t("runs.resume")}
            </Button>
          )}
          {may("operator") && run.state === "charging" && (
            <Button small icon="coin" onClick={act("paid")}>
              {t("runs.paid")}
            </Button>
          )}
          {may("operator") && !ended && (
            <Button small onClick={act("close")}>
              {t("runs.close")}
            </Button>
          )}
          {may("operator") && ended && (
            <Button small onClick={act("reopen")}>
              {t("runs.reopen")}
            </Button>
          )}
          <Button small kind="quiet" icon="logs" onClick={() => setOpen(!open)}>
            {t("runs.history")}
          </Button>
          {run.conversationId && (
            <a class="button quiet small" href={`#/inbox/${run.conversationId}`}>
              {t("runs.chat")}
            </a>
          )}
        </div>
      </div>
      {open && <History run={run} names={names} />}
    </li>
  );
}

/** Who is in the flow, and who was. */
export function Runs({ flow }: { flow: FlowDetail }) {
  const [state, setState] = useState("");
  const path = `/flows/${flow.id}/runs${query({ state, limit: 30 })}`;
  const list = useResource(path, () => get<Page<Run>>(path));
  useLive("flow.run.updated", list.reload);
  const names = new Map(flow.draft.nodes.map((step) => [step.id, nameOf(step)]));
  const items = list.data?.items;
  const changed = (run: Run) =>
    list.set((page) => ({
      ...page,
      items: page.items.map((one) => (one.id === run.id ? run : one)),
    }));
  return (
    <Panel
      title={t("tab.runs")}
      icon="users"
      actions={
        <select
          class="compact"
          aria-label={t("runs.state")}
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
        >
          <option value="">{t("common.all")}</option>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {t(`runState.${one}`)}
            </option>
          ))}
        </select>
      }
    >
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="users" title={t("runs.none")} text={t("runs.noneText")} />
      )}
      <ul class="rows">
        {items?.map((run) => (
          <Row key={run.id} run={run} names={names} onChange={changed} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
