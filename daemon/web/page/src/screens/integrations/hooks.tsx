import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import type { Hit, Hook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { t } from "../../i18n/integrations";
import { useAgentNames } from "../../state/names";
import { may } from "../../state/session";
import { Badge, Button, Empty, Panel, type Tone } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";
import { Copyable, SecretOnce } from "../../ui/secret";
import { HookForm } from "./hook-form";
import { ThingDetail, ThingRow } from "./thing";

const PATH = "/integrations/hooks?limit=50";
const TONES: Record<Hit["outcome"], Tone> = { accepted: "accent", done: "ok", refused: "bad" };

/** Put a value where a JSON pointer points. */
function place(body: Record<string, unknown>, pointer: string, value: string): void {
  const parts = pointer.split("/").slice(1);
  const last = parts.pop();
  if (!pointer.startsWith("/") || last === undefined) return;
  let at = body;
  for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
  at[last] = value;
}

/** A call that fits what the hook reads. */
function curlOf(hook: Hook): string {
  const body: Record<string, unknown> = {};
  const texts = [hook.mapping.text ?? "", ...Object.values(hook.mapping.variables ?? {})];
  for (const text of texts) {
    const named = [...text.matchAll(/\{\{(\/[^}|]+)/g)].map((match) => match[1] ?? "");
    for (const pointer of text.startsWith("/") ? [text] : named) place(body, pointer, "…");
  }
  place(body, hook.mapping.to, "5511987654321");
  return `curl -X POST ${location.origin}${hook.path ?? ""} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

function Told({ hook }: { hook: Hook }) {
  return (
    <>
      <SecretOnce note={t("way.token")} text={`${location.origin}${hook.path ?? ""}`} />
      <p class="hint">{t("way.curl")}</p>
      <Copyable text={curlOf(hook)} />
    </>
  );
}

function NewHook({ onMade }: { onMade: () => void }) {
  const [made, setMade] = useState<Hook | null>(null);
  return (
    <Panel title={t("way.new")} icon="plus" class="form-panel">
      {made && <Told hook={made} />}
      <HookForm
        hook={null}
        onSaved={(hook) => {
          setMade(hook);
          onMade();
        }}
      />
    </Panel>
  );
}

function Hits({ id }: { id: string }) {
  const path = `/integrations/hooks/${id}/hits?limit=30`;
  const list = useResource(path, () => get<Page<Hit>>(path));
  return (
    <ListPanel
      title={t("way.hits")}
      icon="logs"
      list={list}
      path={path}
      refresh
      empty={<p class="hint">{t("way.noHits")}</p>}
    >
      {(hit) => (
        <li key={hit.id} class="list-row">
          <span>
            <b>{dateTime(hit.at)}</b>
            {hit.code && <small>{hit.code}</small>}
          </span>
          <Badge tone={TONES[hit.outcome]}>{t(`hit.${hit.outcome}`)}</Badge>
        </li>
      )}
    </ListPanel>
  );
}

/** What a call does, and where in it things stand. */
function Shown({ hook }: { hook: Hook }) {
  const nameOf = useAgentNames();
  const facts: [string, string][] = [
    [t("way.to"), hook.mapping.to],
    ...(hook.mapping.text ? [[t("way.text"), hook.mapping.text] as [string, string]] : []),
    ...Object.entries(hook.mapping.variables ?? {}),
    [t("way.signed"), t(hook.signed ? "io.yes" : "io.no")],
  ];
  return (
    <>
      <p>
        {t(`way.${hook.action}`)} · {nameOf(hook.agentId)}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function HookDetail({ id, onChange }: { id: string; onChange: () => void }) {
  const [fresh, setFresh] = useState<Hook | null>(null);
  const renew = async ({ name }: Hook, path: string) => {
    const title = t("way.newTokenTitle", { name });
    if (!(await confirm(title, t("way.newTokenText"), t("way.newToken")))) return;
    await post<Hook>(`${path}/token`).then(setFresh, toastProblem);
  };
  return (
    <ThingDetail<Hook>
      id={id}
      at="hooks"
      icon="link"
      ask={({ name }) => ({ title: t("way.delete", { name }), text: t("io.deleteText") })}
      onChange={onChange}
      show={(hook) => (
        <>
          <Shown hook={hook} />
          {fresh && <Told hook={fresh} />}
        </>
      )}
      more={(hook, path) => (
        <Button small icon="key" onClick={() => void renew(hook, path)}>
          {t("way.newToken")}
        </Button>
      )}
      form={(hook, saved, cancel) => <HookForm hook={hook} onSaved={saved} onCancel={cancel} />}
    >
      {() => <Hits id={id} />}
    </ThingDetail>
  );
}

/** Addresses by which other systems speak through the box. */
export function Hooks({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Hook>>(PATH));
  const nameOf = useAgentNames();
  if (open) return <HookDetail key={open} id={open} onChange={list.reload} />;
  return (
    <div class="split">
      <ListPanel
        title={t("tab.hooks")}
        icon="link"
        list={list}
        path={PATH}
        empty={<Empty icon="link" title={t("way.none")} text={t("way.noneText")} />}
      >
        {(hook) => (
          <ThingRow
            key={hook.id}
            thing={hook}
            at="hooks"
            facts={`${t(`way.${hook.action}`)} · ${nameOf(hook.agentId)}`}
          />
        )}
      </ListPanel>
      {may("owner") && <NewHook onMade={list.reload} />}
    </div>
  );
}
