import { useEffect, useState } from "preact/hooks";
import { saveFile } from "../../api/file";
import { del, get, post } from "../../api/http";
import type { Report } from "../../api/reports";
import type { Page } from "../../api/types";
import { bytes, date } from "../../i18n";
import { count, t } from "../../i18n/reports";
import { useLive, type LiveEvent } from "../../live/socket";
import { periodOf } from "../../period";
import { Badge, Button, Empty, Loading, Panel, Progress, type Tone } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { PeriodPicker } from "../../ui/period-picker";
import { useResource } from "../../ui/resource";
import { blank, WishFields } from "./wish";

const POLL_MS = 3000;
const PATH = "/reports?limit=30";
const TONES: Record<Report["state"], Tone> = {
  queued: "plain",
  running: "accent",
  ready: "ok",
  failed: "bad",
};

function Making({ report }: { report: Report }) {
  return (
    <div class="indexing">
      <Progress value={report.progress} label={t("reports.progress", { name: report.name })} />
      <small>{count("reports.rows", report.rows)}</small>
    </div>
  );
}

function Row({ report, onChange }: { report: Report; onChange: () => void }) {
  const { url, name, state } = report;
  const remove = () => del(`/reports/${report.id}`).then(onChange, toastProblem);
  const last = new Date(Date.parse(report.end) - 1).toISOString();
  const words = [
    t(`reports.kind.${report.kind}`),
    `${date(report.start)} – ${date(last)}`,
    state === "ready" && `${count("reports.rows", report.rows)}, ${bytes(report.bytes)}`,
    state === "ready" && report.expiresAt && t("reports.expires", { day: date(report.expiresAt) }),
  ];
  return (
    <li class="document-row report-row">
      <span class={`file-icon ${state === "failed" ? "failed" : "ready"}`}>
        <Icon name="report" size={22} />
        <span>{report.format.slice(0, 4)}</span>
      </span>
      <div class="document-main">
        <b>{name}</b>
        <small class="meta">{words.filter(Boolean).join(" · ")}</small>
        {(state === "queued" || state === "running") && <Making report={report} />}
        {state === "failed" && report.error && (
          <p class="field-error">
            <Icon name="warning" size={14} />
            {report.error}
          </p>
        )}
        {report.deliveries.map((sent) => (
          <small key={`${sent.by}${sent.to.join()}`} class="meta">
            {t("reports.sentTo", {
              by: sent.by === "email" ? "E-mail" : "WhatsApp",
              to: sent.to.join(", "),
              state: sent.detail ?? t(`send.${sent.state as "sent"}`),
            })}
          </small>
        ))}
      </div>
      {state !== "ready" && <Badge tone={TONES[state]}>{t(`reports.${state}`)}</Badge>}
      <div class="row-actions">
        {url && (
          <Button
            small
            icon="download"
            label={`${t("reports.download")}: ${name}`}
            onClick={() => void saveFile(url, name).catch(toastProblem)}
          >
            {t("reports.download")}
          </Button>
        )}
        <Button
          small
          kind="quiet"
          icon="trash"
          label={`${t("reports.delete")}: ${name}`}
          onClick={() => void remove()}
        />
      </div>
    </li>
  );
}

function NewReport({ onAsked }: { onAsked: () => void }) {
  const [wish, setWish] = useState(blank);
  const [period, setPeriod] = useState(() => periodOf("30"));
  const make = useAction(async () => {
    await post("/reports", { ...wish, start: period.start, end: period.end });
    toast(t("reports.asked"));
    onAsked();
  });
  return (
    <Panel title={t("reports.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <WishFields wish={wish} onChange={setWish} problem={make.problem} />
        <div class="filters">
          <PeriodPicker value={period} onChange={setPeriod} />
        </div>
        <ProblemNote problem={make.problem} except={["kind", "format", "table", "language"]} />
        <div class="actions">
          <Button type="submit" kind="primary" icon="report" busy={make.busy}>
            {t("reports.make")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** Reports as they are made, and the form for another. */
export function ReportList() {
  const list = useResource(PATH, () => get<Page<Report>>(PATH));
  const { reload } = list;
  const items = list.data?.items;
  const busy = items?.some(({ state }) => state === "queued" || state === "running") ?? false;
  const progress = ({ data }: LiveEvent) =>
    list.set((page) => ({
      ...page,
      items: page.items.map((one) =>
        one.id === data.id
          ? {
              ...one,
              state: "running",
              progress: Number(data.progress ?? one.progress),
              rows: Number(data.rows ?? one.rows),
            }
          : one,
      ),
    }));
  useLive("report.progress", progress);
  useLive("report.ready report.failed", reload);
  // A lost event must not leave a bar standing.
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [busy, reload]);
  return (
    <div class="split">
      <Panel title={t("reports.list")} icon="report">
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="report" title={t("reports.none")} text={t("reports.noneText")} />
        )}
        <ul class="rows">
          {items?.map((report) => (
            <Row key={report.id} report={report} onChange={reload} />
          ))}
        </ul>
        <More list={list} path={PATH} />
      </Panel>
      <NewReport onAsked={reload} />
    </div>
  );
}
