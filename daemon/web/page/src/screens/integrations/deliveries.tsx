import { useEffect, useState } from "preact/hooks";
import { get, post, query } from "../../api/http";
import type { Delivery, DeliveryDetail } from "../../api/integrations";
import type { Page } from "../../api/types";
import { ago, dateTime, duration } from "../../i18n";
import { count, t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, type Tone } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, SelectField, useAction } from "../../ui/form";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";

const TONES: Record<Delivery["state"], Tone> = {
  pending: "accent",
  delivered: "ok",
  failed: "bad",
};
const POLL_MS = 3000;
const DAY_MS = 86_400_000;
const DAYS = [1, 7, 30];

/** What was sent, and each try with its answer. */
function Tries({ id }: { id: string }) {
  const path = `/integrations/deliveries/${id}`;
  const whole = useResource(path, () => get<DeliveryDetail>(path));
  if (!whole.data) return whole.problem ? <ProblemNote problem={whole.problem} /> : <Loading />;
  return (
    <div class="log-more">
      <pre class="request" tabIndex={0} aria-label={t("delivery.data")}>
        {JSON.stringify(whole.data.data, null, 2)}
      </pre>
      {whole.data.tries.map((one) => (
        <div key={one.id}>
          <small>
            {[dateTime(one.at), one.status && `HTTP ${one.status}`, duration(one.ms), one.error]
              .filter(Boolean)
              .join(" · ")}
          </small>
          {one.excerpt && (
            <pre class="request" tabIndex={0} aria-label={t("delivery.answer")}>
              {one.excerpt}
            </pre>
          )}
        </div>
      ))}
    </div>
  );
}

function DeliveryRow({ one, onChange }: { one: Delivery; onChange: () => void }) {
  const [open, setOpen] = useState(false);
  const replay = () =>
    post(`/integrations/deliveries/${one.id}/replay`).then(() => {
      toast(t("delivery.replayed"));
      onChange();
    }, toastProblem);
  const words = [
    dateTime(one.createdAt),
    count("delivery.attempts", one.attempts),
    one.status && `HTTP ${one.status}`,
    one.ms !== null && duration(one.ms),
    one.nextAt && t("delivery.next", { at: ago(one.nextAt) }),
  ];
  return (
    <li>
      <div class="list-row wraps">
        <span>
          <b>{one.type}</b>
          <small>{words.filter(Boolean).join(" · ")}</small>
          {one.error && <small class="warn-text">{one.error}</small>}
        </span>
        <Badge tone={TONES[one.state]}>{t(`delivery.${one.state}`)}</Badge>
        <div class="row-actions">
          <Button small kind="quiet" onClick={() => setOpen(!open)}>
            {t(open ? "io.less" : "io.details")}
          </Button>
          {may("operator") && one.state !== "pending" && (
            <Button small icon="repeat" onClick={() => void replay()}>
              {t("delivery.replay")}
            </Button>
          )}
        </div>
      </div>
      {open && <Tries id={one.id} />}
    </li>
  );
}

/** Send many again: what failed, and what happened while the webhook was off. */
function Replay({ id, onDone }: { id: string; onDone: () => void }) {
  const [days, setDays] = useState("1");
  const [only, setOnly] = useState("failed");
  const replay = useAction(async () => {
    const since = new Date(Date.now() - Number(days) * DAY_MS).toISOString();
    const path = `/integrations/webhooks/${id}/replay`;
    const { queued } = await post<{ queued: number }>(path, { since, only });
    toast(count("delivery.queued", queued));
    onDone();
  });
  return (
    <details class="replay">
      <summary>{t("delivery.replayMany")}</summary>
      <SelectField
        label={t("delivery.what")}
        name="only"
        value={only}
        onChange={setOnly}
        options={(["failed", "missed", "all"] as const).map((one) => [
          one,
          t(`delivery.only.${one}`),
        ])}
      />
      <SelectField
        label={t("delivery.since")}
        name="since"
        value={days}
        onChange={setDays}
        options={DAYS.map((one) => [String(one), count("delivery.days", one)])}
      />
      <ProblemNote problem={replay.problem} />
      <Button small icon="repeat" busy={replay.busy} onClick={() => void replay.run()}>
        {t("delivery.replay")}
      </Button>
    </details>
  );
}

/** Every delivery of a webhook. */
export function Deliveries({ id, on }: { id: string; on: boolean }) {
  const [state, setState] = useState("");
  const path = `/integrations/deliveries${query({ webhookId: id, state, limit: 30 })}`;
  const list = useResource(path, () => get<Page<Delivery>>(path));
  const { reload } = list;
  const ping = () =>
    post(`/integrations/webhooks/${id}/ping`, {}).then(() => {
      toast(t("hook.pinged"));
      reload();
    }, toastProblem);
  const waiting = list.data?.items.some((one) => one.state === "pending") ?? false;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [waiting, reload]);
  return (
    <ListPanel
      title={t("hook.deliveries")}
      icon="logs"
      list={list}
      path={path}
      refresh
      actions={
        <>
          {on && may("operator") && (
            <Button small icon="send" onClick={() => void ping()}>
              {t("hook.ping")}
            </Button>
          )}
          <select
            class="compact"
            aria-label={t("delivery.state")}
            value={state}
            onChange={(event) => setState(event.currentTarget.value)}
          >
            <option value="">{t("common.all")}</option>
            {(["pending", "delivered", "failed"] as const).map((one) => (
              <option key={one} value={one}>
                {t(`delivery.${one}`)}
              </option>
            ))}
          </select>
        </>
      }
      filters={on && may("operator") && <Replay id={id} onDone={reload} />}
      empty={<Empty icon="send" title={t("hook.noDeliveries")} text={t("hook.noDeliveriesText")} />}
    >
      {(one) => <DeliveryRow key={one.id} one={one} onChange={reload} />}
    </ListPanel>
  );
}
