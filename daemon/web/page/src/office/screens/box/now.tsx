import type { ComponentChildren } from "preact";
import { ago, dateTime, duration, number, seconds } from "../../../i18n";
import { Badge, Light, Panel } from "../../../ui/basics";
import { Icon } from "../../../ui/icon";
import type { Overview } from "../../api/types";
import { t } from "../../i18n/box";
import { AlertRow } from "../../parts/alert-row";
import { LICENCE_TONES, said, whatsappText, whatsappTone } from "../../parts/health";
import { Actions } from "./actions";

interface Props {
  overview: Overview;
  reload: () => void;
}

function Facts({ items }: { items: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Health({ overview: { box, report } }: { overview: Overview }) {
  const dash = t("unknown");
  const spoken = Object.keys(report).length > 0;
  return (
    <Panel title={t("box.health")} icon="gauge">
      <Facts
        items={[
          [t("column.seen"), box.seenAt ? ago(box.seenAt) : t("never")],
          [
            t("column.whatsapp"),
            <Light tone={whatsappTone(box.whatsapp)}>{whatsappText(box.whatsapp)}</Light>,
          ],
          [t("column.version"), <span class="mono">{said(box.version)}</span>],
          [t("column.queue"), box.queueAgeS === null ? dash : seconds(box.queueAgeS)],
          [t("box.p95"), box.queueP95Ms === null ? dash : duration(box.queueP95Ms)],
          [
            t("column.disk"),
            box.diskFreePercent === null ? dash : `${number(box.diskFreePercent)} %`,
          ],
          [t("column.model"), said(box.model)],
          [
            t("column.licence"),
            <Light tone={LICENCE_TONES[box.licence] ?? "plain"}>
              {t(`licence.${box.licence}`)}
              {box.licenceUntil && ` · ${dateTime(box.licenceUntil)}`}
            </Light>,
          ],
        ]}
      />
      {spoken ? (
        <details class="more">
          <summary>{t("box.report")}</summary>
          <pre tabIndex={0}>{JSON.stringify(report, null, 2)}</pre>
        </details>
      ) : (
        <p class="quiet-note">{t("box.noReport")}</p>
      )}
    </Panel>
  );
}

function Identity({ overview: { box, keys, epoch, acked } }: { overview: Overview }) {
  return (
    <Panel title={t("box.identity")} icon="key">
      <Facts
        items={[
          [t("box.id"), <span class="mono">{box.id}</span>],
          [t("box.tenant"), <a href={`#/tenants/${box.tenantId}`}>{box.tenant || box.tenantId}</a>],
          [t("box.reseller"), box.resellerId],
          [t("box.enrolled"), dateTime(box.enrolledAt)],
          [
            t("box.keys"),
            <>
              {keys.map((key) => (
                <span key={key.id} class="under mono">
                  {key.id.slice(0, 16)}
                  {key.validUntil && ` (${t("box.keyUntil", { when: dateTime(key.validUntil) })})`}
                </span>
              ))}
            </>,
          ],
          [t("box.epoch"), number(epoch)],
          [t("box.acked"), number(acked)],
        ]}
      />
    </Panel>
  );
}

/** The reason that the box gave for refusing a kind of document, if it refused one. */
function refusal(report: Record<string, unknown>, kind: string): string | null {
  const all = report.refused as Record<string, { reason?: unknown }> | undefined;
  const reason = all?.[kind]?.reason;
  return typeof reason === "string" ? reason : null;
}

function Documents({ overview: { documents, report } }: { overview: Overview }) {
  return (
    <Panel title={t("box.documents")} icon="document">
      {documents.length === 0 && <p class="quiet-note">{t("box.noDocuments")}</p>}
      <ul class="rows">
        {documents.map((one) => {
          const reason = refusal(report, one.kind);
          const tone = one.running ? "ok" : reason ? "bad" : "warn";
          return (
            <li key={one.kind} class="list-row">
              <span>
                <a href={`#/documents/${one.sourceId}`}>{one.kind}</a>
                <small>
                  {t("box.documentVersion", { version: one.version })} ·{" "}
                  {t("box.expires", { when: dateTime(one.expiresAt) })}
                </small>
                {reason && !one.running && <small>{t("box.refused", { reason })}</small>}
              </span>
              <Badge tone={tone}>{t(one.running ? "box.running" : "box.waiting")}</Badge>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Alerts({ overview: { alerts, box }, reload }: Props) {
  return (
    <Panel
      title={t("box.alerts")}
      icon="bell"
      actions={<a href={`#/alerts?deviceId=${box.id}`}>{t("box.allAlerts")}</a>}
    >
      {alerts.length === 0 && (
        <p class="calm">
          <Icon name="check" /> {t("box.noAlerts")}
        </p>
      )}
      <ul class="rows">
        {alerts.map((one) => (
          <AlertRow key={one.id} alert={one} onChange={reload} here />
        ))}
      </ul>
    </Panel>
  );
}

/** How a box is at this moment, and what can be done with it. */
export function Now({ overview, reload }: Props) {
  return (
    <div class="split">
      <div class="stack">
        <Alerts overview={overview} reload={reload} />
        <Health overview={overview} />
        <Documents overview={overview} />
      </div>
      <div class="stack">
        <Identity overview={overview} />
        <Actions overview={overview} reload={reload} />
      </div>
    </div>
  );
}
