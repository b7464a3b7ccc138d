/** How the box stands with the reseller's office: sync, licence, and what the office wants. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { get, post } from "../api/http";
import type { SyncState } from "../api/sync";
import { dateTime, number } from "../i18n";
import { has, t } from "../i18n/sync";
import { may } from "../state/session";
import { Badge, Button, Loading, Panel } from "../ui/basics";
import { confirm, toast, toastProblem } from "../ui/feedback";
import { ProblemNote, TextField, useAction } from "../ui/form";
import { useResource } from "../ui/resource";

const PATH = "/sync";

function Facts({ items }: { items: [label: string, value: ComponentChildren][] }) {
  return (
    <dl class="facts">
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Enrol({ onDone }: { onDone: (state: SyncState) => void }) {
  const [token, setToken] = useState("");
  const enrol = useAction(async () => {
    onDone(await post<SyncState>("/sync/enroll", { token: token.trim() }));
    toast(t("enrol.done"));
  });
  return (
    <Panel title={t("enrol.title")} icon="key">
      <p class="lead">{t("enrol.text")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enrol.run();
        }}
      >
        <TextField
          label={t("enrol.token")}
          name="token"
          value={token}
          onInput={setToken}
          autocomplete="off"
          problem={enrol.problem}
          required
        />
        <ProblemNote problem={enrol.problem} except={["token"]} />
        <Button type="submit" kind="primary" busy={enrol.busy}>
          {t("enrol.action")}
        </Button>
      </form>
    </Panel>
  );
}

function Licence({ licence }: { licence: NonNullable<SyncState["entitled"]> }) {
  const limits = Object.entries(licence.limits).map(([name, most]) => `${name} ${number(most)}`);
  return (
    <Panel title={t("licence.title")} icon="shield">
      <p class="lead">{licence.text}</p>
      <Facts
        items={[
          [t("licence.plan"), licence.plan],
          [t("licence.until"), licence.until && dateTime(licence.until)],
          [t("licence.features"), licence.features.join(", ")],
          [t("licence.limits"), limits.join(", ")],
        ]}
      />
      {licence.off.length > 0 && (
        <>
          <h3>{t("licence.off")}</h3>
          <ul class="rows">
            {licence.off.map((one) => (
              <li key={one.name} class="list-row">
                <span>{one.text}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

type Wanted = NonNullable<SyncState["documents"]>;

function Documents({ items }: { items: Wanted }) {
  const nameOf = (kind: string) => {
    const key = `kindOf.${kind}`;
    return has(key) ? t(key) : kind;
  };
  return (
    <Panel title={t("wanted.title")} icon="layers">
      {items.length === 0 && <p class="hint">{t("wanted.none")}</p>}
      <ul class="rows">
        {items.map((one) => (
          <li key={one.kind} class="list-row">
            <span>
              <b>{nameOf(one.kind)}</b>
              <small>
                {one.applied === null || one.applied === one.version
                  ? t("wanted.version", { version: one.version })
                  : t("wanted.applied", { version: one.version, applied: one.applied })}
              </small>
              {one.reason && <small class="warn-text">{one.reason}</small>}
            </span>
            <Badge tone={one.reason ? "warn" : "plain"}>{one.text}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Standing({ sync, onChange }: { sync: SyncState; onChange: (next: SyncState) => void }) {
  const ask = useAction(async () => {
    onChange(await post<SyncState>("/sync/now"));
    toast(t("sync.asked"));
  });
  const rotate = async () => {
    if (!(await confirm(t("sync.rotate"), t("sync.rotateText"), t("sync.rotate")))) return;
    await post<SyncState>("/sync/rotate-key").then((next) => {
      toast(t("sync.rotated"));
      onChange(next);
    }, toastProblem);
  };
  const trouble = sync.detail ?? sync.trouble;
  return (
    <Panel title={t("sync.state")} icon="cloud">
      <p class="lead">{sync.text}</p>
      {trouble && <p class="notice warn">{trouble}</p>}
      <Facts
        items={[
          [t("sync.device"), <code key="id">{sync.deviceId}</code>],
          [t("sync.tenant"), sync.tenant],
          [t("sync.waiting"), sync.tenant && number(sync.waiting)],
          [t("sync.last"), sync.lastReceiptAt && dateTime(sync.lastReceiptAt)],
          [t("sync.next"), sync.nextTryAt && dateTime(sync.nextTryAt)],
          [t("sync.clock"), sync.clockText],
        ]}
      />
      {sync.release && (
        <p class="hint">
          {t("release.title")} {sync.release.running}.{" "}
          {sync.release.wanted &&
            t(sync.release.upToDate ? "release.current" : "release.behind", {
              wanted: sync.release.wanted,
              channel: sync.release.channel,
            })}
        </p>
      )}
      <ProblemNote problem={ask.problem} />
      {sync.tenant && may("owner") && (
        <div class="actions">
          <Button small icon="refresh" busy={ask.busy} onClick={() => void ask.run()}>
            {t("sync.now")}
          </Button>
          <Button small kind="quiet" icon="key" onClick={() => void rotate()}>
            {t("sync.rotate")}
          </Button>
        </div>
      )}
    </Panel>
  );
}

export function SyncPanel() {
  const sync = useResource(PATH, () => get<SyncState>(PATH));
  const { data } = sync;
  if (!data) return sync.problem ? <ProblemNote problem={sync.problem} /> : <Loading />;
  const changed = (next: SyncState) => sync.set(() => next);
  return (
    <div class="split">
      <div class="stack">
        <Standing sync={data} onChange={changed} />
        {data.tenant && data.documents && <Documents items={data.documents} />}
      </div>
      <div class="stack">
        {!data.tenant && may("owner") && <Enrol onDone={changed} />}
        {data.entitled && <Licence licence={data.entitled} />}
      </div>
    </div>
  );
}
