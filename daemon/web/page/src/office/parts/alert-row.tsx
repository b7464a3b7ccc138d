/** An alert with what can be done about it. */
import { post } from "../../api/http";
import { ago, date, dateTime, seconds } from "../../i18n";
import { Badge, Button } from "../../ui/basics";
import { toastProblem } from "../../ui/feedback";
import { countAlerts } from "../alerts";
import type { Alert } from "../api/types";
import { has, t } from "../i18n";
import { mayWrite } from "../session";
import { shortId } from "./health";

interface Props {
  alert: Alert;
  onChange: () => void;
  /** Shown on the page of its box. */
  here?: boolean;
}

/** What lies behind it, in a sentence. */
function detail({ kind, facts }: Alert): string {
  const told = Object.entries(facts).map(([name, value]): [string, string] => {
    const text = String(value);
    if (name === "queueAgeS") return [name, seconds(Number(value))];
    if (name === "licenceEndsAt") return [name, date(text)];
    if (name.endsWith("At")) return [name, ago(text)];
    const key = `${name}.${text}`;
    return [name, has(key) ? t(key).toLowerCase() : text];
  });
  return t(`fact.${kind}`, Object.fromEntries(told));
}

export function AlertRow({ alert, onChange, here = false }: Props) {
  const act = (what: "ack" | "resolve") =>
    post(`/api/alerts/${alert.id}/${what}`).then(() => {
      onChange();
      void countAlerts();
    }, toastProblem);
  const live = alert.state !== "resolved";
  const name = t(`alert.${alert.kind}`);
  const box = alert.label || shortId(alert.deviceId);
  return (
    <li class={`alert-row ${live ? alert.severity : "over"}`}>
      <div>
        <b>{name}</b>
        <Badge tone={!live ? "plain" : alert.severity === "critical" ? "bad" : "warn"}>
          {t(live ? `severity.${alert.severity}` : "alertState.resolved")}
        </Badge>
        {alert.state === "acked" && (
          <Badge tone="accent">
            {t("alertState.acked")}
            {alert.ackedBy && ` ${t("alert.by", { who: alert.ackedBy })}`}
          </Badge>
        )}
        <p>
          {!here && alert.deviceId && <a href={`#/boxes/${alert.deviceId}`}>{box}</a>}
          {!here && alert.tenant && ` · ${alert.tenant}`}
          {!here && (alert.deviceId || alert.tenant) && " · "}
          {detail(alert)}
        </p>
        <small title={dateTime(alert.openedAt)}>
          {t("alert.since", { when: ago(alert.openedAt) })}
        </small>
      </div>
      {live && mayWrite.value && (
        <div class="actions">
          {alert.state === "open" && (
            <Button
              small
              onClick={() => void act("ack")}
              label={`${t("alert.ack")}: ${name} ${box}`}
            >
              {t("alert.ack")}
            </Button>
          )}
          <Button
            small
            kind="quiet"
            onClick={() => void act("resolve")}
            label={`${t("alert.resolve")}: ${name} ${box}`}
          >
            {t("alert.resolve")}
          </Button>
        </div>
      )}
    </li>
  );
}
