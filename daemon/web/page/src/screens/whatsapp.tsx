import { useEffect, useState } from "preact/hooks";
import { del, get, post } from "../api/http";
import type { Page, SessionState, WhatsAppSession } from "../api/types";
import { ago, dateTime } from "../i18n";
import { has, t } from "../i18n/whatsapp";
import { useLive, type LiveEvent } from "../live/socket";
import { phone } from "../phone";
import { may } from "../state/session";
import { Button, Light, Loading, Panel, type Tone } from "../ui/basics";
import { confirm, toastProblem } from "../ui/feedback";
import { ProblemNote, useAction } from "../ui/form";
import { useResource } from "../ui/resource";
import { ConnectForm } from "./connect-form";
import { Pairing } from "./pairing";

const TONES: Record<SessionState, Tone> = {
  STOPPED: "plain",
  STARTING: "accent",
  SCAN_QR_CODE: "accent",
  PASSKEY_REQUIRED: "warn",
  WORKING: "ok",
  RECONNECTING: "warn",
  LOGGED_OUT: "bad",
  FAILED: "bad",
};

const MOVING: SessionState[] = ["STARTING", "SCAN_QR_CODE", "PASSKEY_REQUIRED", "RECONNECTING"];
const POLL_MS = 4000;

/** Lay a session.updated event over the list; a session not seen before joins it. */
export function withSession(items: WhatsAppSession[], event: LiveEvent): WhatsAppSession[] {
  const data = event.data as Partial<WhatsAppSession> & { sessionId?: string };
  const id = data.id ?? data.sessionId;
  return items.map((item) => (item.id === id ? { ...item, ...data, id: item.id } : item));
}

interface CardProps {
  session: WhatsAppSession;
  onChange: () => void;
}

function SessionCard({ session, onChange }: CardProps) {
  const { state } = session;
  const restart = useAction(async () => {
    await post(`/whatsapp/${session.agentId}/sessions/init`, {
      name: session.name,
      method: "qr",
    });
    onChange();
  });
  const remove = async () => {
    const sure = await confirm(
      t("whatsapp.disconnectTitle"),
      t("whatsapp.disconnectText"),
      t("whatsapp.disconnect"),
    );
    if (!sure) return;
    await del(`/whatsapp/${session.agentId}/sessions/${session.id}`).then(onChange, toastProblem);
  };
  const help = `session.${state}.help`;
  const words = [session.nextStep, has(help) ? t(help) : ""].find((text) => text);
  const stopped = state === "STOPPED" || state === "LOGGED_OUT" || state === "FAILED";
  return (
    <Panel
      title={session.phone ? phone(session.phone) : session.name}
      icon="phone"
      class="session"
      actions={
        <Light tone={TONES[state]} pulse={MOVING.includes(state)}>
          {t(`session.${state}`)}
        </Light>
      }
    >
      <p class="session-since">
        <time dateTime={session.since} title={dateTime(session.since)}>
          {t("whatsapp.since", { ago: ago(session.since) })}
        </time>
        {session.reason && <span> · {session.reason}</span>}
      </p>
      <Pairing session={session} />
      {words && state !== "SCAN_QR_CODE" && <p class="next-step">{words}</p>}
      <ProblemNote problem={restart.problem} />
      {may("operator") && (
        <div class="actions">
          {stopped && (
            <Button
              kind="primary"
              icon="refresh"
              busy={restart.busy}
              onClick={() => void restart.run()}
            >
              {t("whatsapp.reconnect")}
            </Button>
          )}
          <Button kind="danger" icon="close" onClick={() => void remove()}>
            {t(state === "WORKING" ? "whatsapp.disconnect" : "whatsapp.remove")}
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** The WhatsApp numbers of one agent. */
export function WhatsApp({ agentId }: { agentId: string }) {
  const path = `/whatsapp/${agentId}/sessions`;
  const sessions = useResource(path, () => get<Page<WhatsAppSession>>(path));
  const [adding, setAdding] = useState(false);
  const { reload, set, data } = sessions;
  useLive("session.updated", (event) => {
    set((page) => ({ ...page, items: withSession(page.items, event) }));
    reload();
  });

  // A QR code that does not arrive because the live link is down is still fetched.
  const moving = data?.items.some((item) => MOVING.includes(item.state)) ?? false;
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [moving, reload]);

  if (!data) return sessions.problem ? <ProblemNote problem={sessions.problem} /> : <Loading />;
  const asking = may("operator") && (adding || data.items.length === 0);
  return (
    <div class="stack">
      {data.items.map((session) => (
        <SessionCard key={session.id} session={session} onChange={reload} />
      ))}
      {asking && (
        <ConnectForm
          agentId={agentId}
          present={data.items.length}
          onStarted={() => {
            setAdding(false);
            reload();
          }}
        />
      )}
      {may("operator") && !asking && (
        <div class="actions">
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t("whatsapp.another")}
          </Button>
        </div>
      )}
    </div>
  );
}
