import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import type { Connector, Sent } from "../../api/integrations";
import type { Page } from "../../api/types";
import { dateTime, duration } from "../../i18n";
import { t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Badge, Button, type Tone } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";

const TONES: Record<Sent["outcome"], Tone> = { done: "ok", failed: "bad", retry: "warn" };

interface RowProps {
  one: Sent;
  /** Sends the thing once more. */
  onRetry: (() => void) | undefined;
}

function Row({ one, onRetry }: RowProps) {
  const [open, setOpen] = useState(false);
  const words = [
    dateTime(one.at),
    one.status && `HTTP ${one.status}`,
    duration(one.ms),
    one.externalId,
  ];
  return (
    <li>
      <div class="list-row wraps">
        <span>
          <b>
            {t(`crm.${one.kind}`)} · {t(`did.${one.action}`)}
            {one.direction === "in" && ` · ${t("pull.here")}`}
          </b>
          <small>{words.filter(Boolean).join(" · ")}</small>
          {one.error && <small class="warn-text">{one.error}</small>}
          {one.lost.map((field) => (
            <small key={field.field} class="warn-text">
              {t(`pull.lost.${field.winner}`, {
                field: field.field,
                kept: JSON.stringify(field.kept),
                lost: JSON.stringify(field.lost),
              })}
            </small>
          ))}
        </span>
        <Badge tone={TONES[one.outcome]}>
          {t(one.direction === "in" ? "pull.came" : `sent.${one.outcome}`)}
        </Badge>
        <div class="row-actions">
          {one.response && (
            <Button small kind="quiet" onClick={() => setOpen(!open)}>
              {t(open ? "io.less" : "delivery.answer")}
            </Button>
          )}
          {onRetry && (
            <Button small icon="repeat" onClick={onRetry}>
              {t("delivery.replay")}
            </Button>
          )}
        </div>
      </div>
      {open && (
        <pre class="request" tabIndex={0} aria-label={t("delivery.answer")}>
          {one.response}
        </pre>
      )}
    </li>
  );
}

/** What went over there, what the answer was, and once more. */
export function ConnectorLog({ connector }: { connector: Connector }) {
  const path = `/integrations/crm/${connector.id}/log?limit=30`;
  const list = useResource(path, () => get<Page<Sent>>(path));
  const retry = ({ kind, objectId }: Sent) =>
    post(`/integrations/crm/${connector.id}/sync`, { kind, objectId, force: true }).then(() => {
      toast(t("crm.queued"));
      list.reload();
    }, toastProblem);
  const able = (one: Sent) =>
    one.direction === "out" &&
    may("operator") &&
    connector.status === "active" &&
    Boolean(connector.objects[one.kind]);
  return (
    <ListPanel
      title={t("crm.log")}
      icon="logs"
      list={list}
      path={path}
      refresh
      empty={<p class="hint">{t("crm.noLog")}</p>}
    >
      {(one) => (
        <Row key={one.id} one={one} onRetry={able(one) ? () => void retry(one) : undefined} />
      )}
    </ListPanel>
  );
}
