import { useState } from "preact/hooks";
import { del, get, patch, post } from "../../api/http";
import {
  OBJECTS,
  type Connector,
  type DryDraft,
  type ObjectKind,
  type Sent,
} from "../../api/integrations";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { t } from "../../i18n/integrations";
import { go } from "../../router";
import { may } from "../../state/session";
import { Badge, Button, Loading, Panel, type Tone } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { StatusBadge } from "./webhooks";

const TONES: Record<Sent["outcome"], Tone> = { done: "ok", failed: "bad", retry: "warn" };

function Log({ id }: { id: string }) {
  const path = `/integrations/crm/${id}/log?limit=30`;
  const list = useResource(path, () => get<Page<Sent>>(path));
  const items = list.data?.items;
  return (
    <Panel
      title={t("crm.log")}
      icon="logs"
      actions={
        <Button
          small
          kind="quiet"
          icon="refresh"
          label={t("common.refresh")}
          onClick={list.reload}
        />
      }
    >
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && <p class="hint">{t("crm.noLog")}</p>}
      <ul class="rows">
        {items?.map((one) => {
          const words = [dateTime(one.at), one.status && `HTTP ${one.status}`, one.externalId];
          return (
            <li key={one.id} class="list-row">
              <span>
                <b>
                  {t(`crm.${one.kind}`)} · {t(`did.${one.action}`)}
                </b>
                <small>{words.filter(Boolean).join(" · ")}</small>
                {one.error && <small class="warn-text">{one.error}</small>}
              </span>
              <Badge tone={TONES[one.outcome]}>{t(`sent.${one.outcome}`)}</Badge>
            </li>
          );
        })}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}

function Draft({ draft }: { draft: DryDraft }) {
  const lines = [
    `${draft.method} ${draft.url}`,
    ...draft.headerNames.map((name) => `${name}: ••••••`),
    "",
    JSON.stringify(draft.body, null, 2),
  ];
  return (
    <div role="status">
      <p class="hint">{t("crm.dryRunNote")}</p>
      <pre class="request" tabIndex={0} aria-label={t("crm.dryRun")}>
        {lines.join("\n")}
      </pre>
      {draft.missing.length > 0 && (
        <p class="warn-text">{t("crm.missing", { what: draft.missing.join(", ") })}</p>
      )}
    </div>
  );
}

function Trying({ connector }: { connector: Connector }) {
  const [draft, setDraft] = useState<DryDraft | null>(null);
  const path = `/integrations/crm/${connector.id}`;
  const dry = useAction(async (kind: ObjectKind) => {
    setDraft(await post<DryDraft>(`${path}/dry-run`, { kind }));
  });
  const sync = (kind: ObjectKind) =>
    post(`${path}/sync`, { kind }).then(() => toast(t("crm.queued")), toastProblem);
  const kinds = OBJECTS.filter((kind) => connector.objects[kind]);
  return (
    <>
      {may("operator") &&
        kinds.map((kind) => (
          <div key={kind} class="list-row wraps">
            <span>
              <b>{t(`crm.${kind}`)}</b>
            </span>
            <div class="row-actions">
              <Button small icon="search" busy={dry.busy} onClick={() => void dry.run(kind)}>
                {t("crm.dryRun")}
              </Button>
              <Button small icon="send" onClick={() => void sync(kind)}>
                {t("crm.sync", { kind: t(`crm.${kind}`).toLowerCase() })}
              </Button>
            </div>
          </div>
        ))}
      <ProblemNote problem={dry.problem} />
      {draft && <Draft draft={draft} />}
    </>
  );
}

/** One connected system: what it would be sent, and what it was. */
export function ConnectorDetail({ id, onChange }: { id: string; onChange: () => void }) {
  const path = `/integrations/crm/${id}`;
  const connector = useResource(path, () => get<Connector>(path));
  const { data } = connector;
  if (!data) return connector.problem ? <ProblemNote problem={connector.problem} /> : <Loading />;
  const turn = () =>
    patch<Connector>(path, { status: data.status === "active" ? "paused" : "active" }).then(
      (next) => connector.set(() => next),
      toastProblem,
    );
  const remove = async () => {
    const title = t("crm.delete", { name: data.name });
    if (!(await confirm(title, t("crm.deleteText"), t("common.delete")))) return;
    await del(path).then(() => {
      onChange();
      go("/integrations/crm");
    }, toastProblem);
  };
  return (
    <div class="stack">
      <Panel
        title={data.name}
        icon="plug"
        class="form-panel"
        actions={<StatusBadge status={data.status} />}
      >
        <a class="back" href="#/integrations/crm">
          <Icon name="back" size={16} />
          {t("common.back")}
        </a>
        <code class="secret">{data.baseUrl}</code>
        <Trying connector={data} />
        {may("owner") && (
          <div class="actions">
            <Button small onClick={() => void turn()}>
              {t(data.status === "active" ? "io.pause" : "io.resume")}
            </Button>
            <Button small kind="quiet" icon="trash" onClick={() => void remove()}>
              {t("common.delete")}
            </Button>
          </div>
        )}
      </Panel>
      <Log id={id} />
    </div>
  );
}
