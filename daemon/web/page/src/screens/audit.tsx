import { useState } from "preact/hooks";
import { saveAnswer } from "../api/files";
import { get, query } from "../api/http";
import type { Page } from "../api/types";
import { dateTime } from "../i18n";
import { t } from "../i18n/audit";
import { t as logs } from "../i18n/logs";
import { Badge, Button, Empty, Loading, Panel, type Tone } from "../ui/basics";
import { toastProblem } from "../ui/feedback";
import { ProblemNote } from "../ui/form";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";

interface Act {
  id: string;
  seq: number;
  at: string;
  act: string;
  whoKind: "user" | "key" | "cli" | "anonymous";
  whoId: string;
  whoName: string;
  role: string;
  object: string | null;
  fields: string[];
  values: Record<string, unknown>;
  address: string;
  status: number | null;
  outcome: "done" | "refused" | "failed" | "unknown";
  hash: string;
}

const TONES: Record<Act["outcome"], Tone> = {
  done: "ok",
  refused: "warn",
  failed: "bad",
  unknown: "plain",
};
const BLANK = { who: "", act: "", object: "", start: "", end: "" };

function Entry({ act, onFilter }: { act: Act; onFilter: (part: Partial<typeof BLANK>) => void }) {
  const words = [
    act.whoName || act.whoId || t(`audit.${act.whoKind}`),
    t(`audit.${act.whoKind}`),
    act.address && t("audit.from", { address: act.address }),
  ];
  return (
    <li class="log-row">
      <time dateTime={act.at}>{dateTime(act.at)}</time>
      <Badge tone={TONES[act.outcome]}>{t(`audit.${act.outcome}`)}</Badge>
      <div>
        <b>{act.act}</b>
        <small>{words.filter(Boolean).join(" · ")}</small>
        <details class="more">
          <summary>{t("audit.details")}</summary>
          {act.fields.length > 0 && <p>{t("audit.fields", { what: act.fields.join(", ") })}</p>}
          {Object.keys(act.values).length > 0 && (
            <pre class="request">{JSON.stringify(act.values, null, 2)}</pre>
          )}
          <p class="facts-line">
            {act.status !== null && `HTTP ${act.status} · `}#{act.seq} · {t("audit.proof")}{" "}
            {act.hash.slice(0, 16)}
          </p>
          <div class="actions">
            {act.whoId && (
              <Button small kind="quiet" icon="filter" onClick={() => onFilter({ who: act.whoId })}>
                {act.whoName || act.whoId}
              </Button>
            )}
            {act.object && (
              <Button
                small
                kind="quiet"
                icon="filter"
                onClick={() => onFilter({ object: act.object ?? "" })}
              >
                {act.object}
              </Button>
            )}
          </div>
        </details>
      </div>
    </li>
  );
}

/** Every administrative act, for the owner. */
export function Audit() {
  const [filters, setFilters] = useState(BLANK);
  const change = (part: Partial<typeof BLANK>) => setFilters({ ...filters, ...part });
  const path = `/audit${query({ ...filters, limit: 50 })}`;
  const list = useResource(path, () => get<Page<Act>>(path));
  const items = list.data?.items;
  const out = (format: "csv" | "ndjson") =>
    saveAnswer(`/audit/export${query({ ...filters, format })}`, `audit.${format}`).catch(
      toastProblem,
    );
  const write = (name: keyof typeof BLANK) => (event: { currentTarget: { value: string } }) =>
    change({ [name]: event.currentTarget.value });
  const text = (name: "who" | "act" | "object") => (
    <label>
      {t(`audit.${name}`)}
      <input
        value={filters[name]}
        placeholder={name === "act" ? t("audit.actHint") : ""}
        onChange={write(name)}
      />
    </label>
  );
  const day = (name: "start" | "end") => (
    <label>
      {t(`audit.${name}`)}
      <input type="date" value={filters[name]} onChange={write(name)} />
    </label>
  );
  return (
    <Panel
      title={logs("logs.tab.audit")}
      icon="shield"
      actions={
        <>
          <Button small icon="download" onClick={() => void out("csv")}>
            {t("audit.csv")}
          </Button>
          <Button small kind="quiet" icon="download" onClick={() => void out("ndjson")}>
            {t("audit.ndjson")}
          </Button>
        </>
      }
    >
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {text("act")}
        {text("who")}
        {text("object")}
        {day("start")}
        {day("end")}
      </form>
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="shield" title={t("audit.none")} text={t("audit.noneText")} />
      )}
      <ul class="rows">
        {items?.map((act) => (
          <Entry key={act.id} act={act} onFilter={change} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
