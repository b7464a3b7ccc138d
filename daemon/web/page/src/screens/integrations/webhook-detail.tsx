import { useEffect, useState } from "preact/hooks";
import { del, get, patch, post, query } from "../../api/http";
import type { Delivery, Webhook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { ago, dateTime, duration } from "../../i18n";
import { count, t } from "../../i18n/integrations";
import { go } from "../../router";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel, type Tone } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { SecretOnce } from "../../ui/secret";
import { StatusBadge } from "./webhooks";

const TONES: Record<Delivery["state"], Tone> = {
  pending: "accent",
  delivered: "ok",
  failed: "bad",
};
const POLL_MS = 3000;

function DeliveryRow({ one, onChange }: { one: Delivery; onChange: () => void }) {
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
    <li class="list-row">
      <span>
        <b>{one.type}</b>
        <small>{words.filter(Boolean).join(" · ")}</small>
        {one.error && <small class="warn-text">{one.error}</small>}
      </span>
      <Badge tone={TONES[one.state]}>{t(`delivery.${one.state}`)}</Badge>
      {may("operator") && one.state !== "pending" && (
        <Button small icon="repeat" onClick={() => void replay()}>
          {t("delivery.replay")}
        </Button>
      )}
    </li>
  );
}

function Deliveries({ id }: { id: string }) {
  const [state, setState] = useState("");
  const path = `/integrations/deliveries${query({ webhookId: id, state, limit: 30 })}`;
  const list = useResource(path, () => get<Page<Delivery>>(path));
  const items = list.data?.items;
  const { reload } = list;
  const waiting = items?.some((one) => one.state === "pending") ?? false;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [waiting, reload]);
  return (
    <Panel
      title={t("hook.deliveries")}
      icon="logs"
      actions={
        <>
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
          <Button small kind="quiet" icon="refresh" label={t("common.refresh")} onClick={reload} />
        </>
      }
    >
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="send" title={t("hook.noDeliveries")} text={t("hook.noDeliveriesText")} />
      )}
      <ul class="rows">
        {items?.map((one) => (
          <DeliveryRow key={one.id} one={one} onChange={reload} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}

/** One webhook: its state, its secret, and every delivery. */
export function WebhookDetail({ id, onChange }: { id: string; onChange: () => void }) {
  const path = `/integrations/webhooks/${id}`;
  const hook = useResource(path, () => get<Webhook>(path));
  const [secret, setSecret] = useState("");
  const [sent, setSent] = useState(0);
  const { data } = hook;
  if (!data) return hook.problem ? <ProblemNote problem={hook.problem} /> : <Loading />;
  const turn = () =>
    patch<Webhook>(path, { status: data.status === "active" ? "paused" : "active" }).then(
      (next) => hook.set(() => next),
      toastProblem,
    );
  const rotate = async () => {
    if (!(await confirm(t("hook.rotate"), t("hook.rotateText"), t("hook.rotate")))) return;
    await post<Webhook>(`${path}/rotate`, { overlapHours: 24 }).then(
      (made) => setSecret(made.secret ?? ""),
      toastProblem,
    );
  };
  const ping = () =>
    post(`${path}/ping`, {}).then(() => {
      toast(t("hook.pinged"));
      setSent(sent + 1);
    }, toastProblem);
  const remove = async () => {
    const title = t("hook.delete", { name: data.name });
    if (!(await confirm(title, t("io.deleteText"), t("common.delete")))) return;
    await del(path).then(() => {
      onChange();
      go("/integrations/webhooks");
    }, toastProblem);
  };
  return (
    <div class="stack">
      <Panel
        title={data.name}
        icon="send"
        class="form-panel"
        actions={<StatusBadge status={data.status} />}
      >
        <a class="back" href="#/integrations/webhooks">
          <Icon name="back" size={16} />
          {t("common.back")}
        </a>
        <code class="secret">{data.url}</code>
        <p class="badges">
          {data.events.map((one) => (
            <Badge key={one}>{one === "*" ? t("hook.all") : one}</Badge>
          ))}
        </p>
        {data.reason === "gone" && <p class="notice bad">{t("hook.gone")}</p>}
        {data.reason !== "gone" && data.failingSince && (
          <p class="notice warn">{t("hook.failing", { at: dateTime(data.failingSince) })}</p>
        )}
        {secret && <SecretOnce note={t("hook.secret")} text={secret} />}
        {may("operator") && (
          <div class="actions">
            <Button small icon="send" onClick={() => void ping()}>
              {t("hook.ping")}
            </Button>
            {may("owner") && (
              <>
                <Button small icon="key" onClick={() => void rotate()}>
                  {t("hook.rotate")}
                </Button>
                <Button small onClick={() => void turn()}>
                  {t(data.status === "active" ? "io.pause" : "io.resume")}
                </Button>
                <Button small kind="quiet" icon="trash" onClick={() => void remove()}>
                  {t("common.delete")}
                </Button>
              </>
            )}
          </div>
        )}
      </Panel>
      <Deliveries key={sent} id={id} />
    </div>
  );
}
