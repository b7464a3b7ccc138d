import { get, post, query } from "../api/http";
import type { Job, Page } from "../api/types";
import { bytes, dateTime } from "../i18n";
import { count, t } from "../i18n/settings";
import { useLive } from "../live/socket";
import { box as identity, may } from "../state/session";
import { Button, Empty, Panel } from "../ui/basics";
import { toast, toastProblem } from "../ui/feedback";
import { ProblemNote } from "../ui/form";
import { useResource } from "../ui/resource";
import { BoxHealth, useHealth } from "./box-health";

function Parked() {
  const jobs = useResource("jobs", () => get<Page<Job>>(`/jobs${query({ state: "parked" })}`));
  useLive("job.parked", jobs.reload);
  const replay = (job: Job) =>
    post(`/jobs/${job.id}/replay`).then(() => {
      toast(t("jobs.replayed"));
      jobs.reload();
    }, toastProblem);
  return (
    <Panel title={t("jobs.title")} icon="pause">
      <p class="lead">{t("jobs.lead")}</p>
      <ProblemNote problem={jobs.problem} />
      {jobs.data?.items.length === 0 && (
        <Empty icon="check" title={t("jobs.none")} text={t("jobs.noneText")} />
      )}
      <ul class="rows">
        {jobs.data?.items.map((job) => (
          <li key={job.id} class="user-row">
            <div>
              <b>{job.kind}</b>
              <small>
                {count("jobs.attempts", job.attempts)}
                {" · "}
                {dateTime(job.createdAt)}
              </small>
              {job.reason && <p class="field-error">{job.reason}</p>}
            </div>
            {may("operator") && (
              <Button small icon="refresh" onClick={() => void replay(job)}>
                {t("jobs.replay")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function About() {
  const { data } = useHealth();
  const facts: [string, string][] = [
    [t("box.name"), identity.value?.brand.name ?? ""],
    [t("box.version"), identity.value?.version ?? ""],
    [t("box.tenant"), identity.value?.tenantId ?? ""],
    [t("box.model"), data?.box.model?.name ?? data?.box.model?.id ?? "–"],
    [t("box.database"), data ? bytes(data.box.databaseBytes) : "–"],
    [t("box.uptime"), data ? uptime(data.box.uptimeSeconds) : "–"],
  ];
  return (
    <Panel title={t("box.title")} icon="chip">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet-note">
        {t("box.api")} <a href="/openapi.json">/openapi.json</a>
      </p>
    </Panel>
  );
}

function uptime(seconds: number): string {
  if (seconds < 3600) return count("box.minutes", Math.floor(seconds / 60));
  if (seconds < 86_400 * 2) return count("box.hours", Math.floor(seconds / 3600));
  return count("box.days", Math.floor(seconds / 86_400));
}

/** What this box is, how it is, and the work that waits for a person. */
export function BoxPanel() {
  return (
    <div class="split even">
      <div class="stack">
        <About />
        <Parked />
      </div>
      <BoxHealth />
    </div>
  );
}
