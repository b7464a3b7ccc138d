import { useState } from "preact/hooks";
import type { Flow } from "../../api/flows";
import { del, get, patch, post, query } from "../../api/http";
import type { Hit, Hook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { t } from "../../i18n/integrations";
import { go } from "../../router";
import { useAgentNames } from "../../state/names";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel, type Tone } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { Copyable, SecretOnce } from "../../ui/secret";
import { AgentSelect } from "../agent-select";
import { asObject, Pairs, type Pair } from "./pairs";
import { StatusBadge } from "./webhooks";

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
  const [name, setName] = useState("");
  const [action, setAction] = useState<Hook["action"]>("send_message");
  const [agentId, setAgentId] = useState("");
  const [flowId, setFlowId] = useState("");
  const [to, setTo] = useState("/telefone");
  const [text, setText] = useState("");
  const [variables, setVariables] = useState<Pair[]>([]);
  const [made, setMade] = useState<Hook | null>(null);
  const starts = action === "start_flow";
  const path = `/flows${query({ agentId, limit: 100 })}`;
  const flows = useResource(path, () => get<Page<Flow>>(path));
  const make = useAction(async () => {
    const mapping = starts ? { to, variables: asObject(variables) } : { to, text };
    const body = { name, action, agentId, mapping, ...(starts && flowId ? { flowId } : {}) };
    setMade(await post<Hook>("/integrations/hooks", body));
    setName("");
    onMade();
  });
  const { problem } = make;
  return (
    <Panel title={t("way.new")} icon="plus" class="form-panel">
      {made && <Told hook={made} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("io.name")}
          name="name"
          value={name}
          onInput={setName}
          placeholder={t("way.nameExample")}
          autocomplete="off"
          problem={problem}
          required
        />
        <SelectField
          label={t("way.action")}
          name="action"
          value={action}
          onChange={(next) => setAction(next as Hook["action"])}
          options={[
            ["send_message", t("way.send_message")],
            ["start_flow", t("way.start_flow")],
          ]}
          problem={problem}
        />
        <AgentSelect
          label={t("way.agent")}
          value={agentId}
          onChange={setAgentId}
          none={t("way.chooseAgent")}
          problem={problem}
        />
        {starts && (
          <SelectField
            label={t("way.flow")}
            name="flowId"
            value={flowId}
            onChange={setFlowId}
            options={[
              ["", t("way.chooseFlow")],
              ...(flows.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
            ]}
            problem={problem}
          />
        )}
        <TextField
          label={t("way.to")}
          name="mapping.to"
          value={to}
          onInput={setTo}
          hint={t("way.toHint")}
          autocomplete="off"
          problem={problem}
          required
        />
        {starts ? (
          <fieldset class="rule-box">
            <legend>{t("way.variables")}</legend>
            <Pairs
              pairs={variables}
              left={t("way.variable")}
              right={t("way.path")}
              example="/nome"
              add={t("way.addVariable")}
              remove={(n) => t("way.removeVariable", { n })}
              onChange={setVariables}
            />
          </fieldset>
        ) : (
          <TextField
            label={t("way.text")}
            name="mapping.text"
            rows={3}
            value={text}
            onInput={setText}
            hint={t("way.textHint")}
            problem={problem}
            required
          />
        )}
        <ProblemNote
          problem={problem}
          except={["name", "action", "agentId", "flowId", "mapping.to", "mapping.text"]}
        />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("way.create")}
        </Button>
      </form>
    </Panel>
  );
}

function Hits({ id }: { id: string }) {
  const path = `/integrations/hooks/${id}/hits?limit=30`;
  const list = useResource(path, () => get<Page<Hit>>(path));
  const items = list.data?.items;
  return (
    <Panel
      title={t("way.hits")}
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
      {items?.length === 0 && <p class="hint">{t("way.noHits")}</p>}
      <ul class="rows">
        {items?.map((hit) => (
          <li key={hit.id} class="list-row">
            <span>
              <b>{dateTime(hit.at)}</b>
              {hit.code && <small>{hit.code}</small>}
            </span>
            <Badge tone={TONES[hit.outcome]}>{t(`hit.${hit.outcome}`)}</Badge>
          </li>
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}

function HookDetail({ id, onChange }: { id: string; onChange: () => void }) {
  const path = `/integrations/hooks/${id}`;
  const hook = useResource(path, () => get<Hook>(path));
  const nameOf = useAgentNames();
  const [fresh, setFresh] = useState<Hook | null>(null);
  const { data } = hook;
  if (!data) return hook.problem ? <ProblemNote problem={hook.problem} /> : <Loading />;
  const turn = () =>
    patch<Hook>(path, { status: data.status === "active" ? "paused" : "active" }).then(
      (next) => hook.set(() => next),
      toastProblem,
    );
  const renew = async () => {
    const title = t("way.newTokenTitle", { name: data.name });
    if (!(await confirm(title, t("way.newTokenText"), t("way.newToken")))) return;
    await post<Hook>(`${path}/token`).then(setFresh, toastProblem);
  };
  const remove = async () => {
    const title = t("way.delete", { name: data.name });
    if (!(await confirm(title, t("io.deleteText"), t("common.delete")))) return;
    await del(path).then(() => {
      onChange();
      go("/integrations/hooks");
    }, toastProblem);
  };
  return (
    <div class="stack">
      <Panel
        title={data.name}
        icon="link"
        class="form-panel"
        actions={<StatusBadge status={data.status} />}
      >
        <a class="back" href="#/integrations/hooks">
          <Icon name="back" size={16} />
          {t("common.back")}
        </a>
        <p>
          {t(`way.${data.action}`)} · {nameOf(data.agentId)}
        </p>
        <dl class="facts">
          <div>
            <dt>{t("way.to")}</dt>
            <dd>{data.mapping.to}</dd>
          </div>
          {data.mapping.text && (
            <div>
              <dt>{t("way.text")}</dt>
              <dd>{data.mapping.text}</dd>
            </div>
          )}
          {Object.entries(data.mapping.variables ?? {}).map(([name, source]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{source}</dd>
            </div>
          ))}
        </dl>
        {fresh && <Told hook={fresh} />}
        {may("owner") && (
          <div class="actions">
            <Button small icon="key" onClick={() => void renew()}>
              {t("way.newToken")}
            </Button>
            <Button small onClick={() => void turn()}>
              {t(data.status === "active" ? "io.pause" : "io.resume")}
            </Button>
            <Button small kind="quiet" icon="trash" onClick={() => void remove()}>
              {t("common.delete")}
            </Button>
          </div>
        )}
      </Panel>
      <Hits id={id} />
    </div>
  );
}

/** Addresses by which other systems speak through the box. */
export function Hooks({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Hook>>(PATH));
  const nameOf = useAgentNames();
  const items = list.data?.items;
  if (open) return <HookDetail key={open} id={open} onChange={list.reload} />;
  return (
    <div class="split">
      <Panel title={t("tab.hooks")} icon="link">
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="link" title={t("way.none")} text={t("way.noneText")} />
        )}
        <ul class="rows">
          {items?.map((hook) => (
            <li key={hook.id}>
              <a class="list-row" href={`#/integrations/hooks/${hook.id}`}>
                <span>
                  <b>{hook.name}</b>
                  <small>
                    {t(`way.${hook.action}`)} · {nameOf(hook.agentId)}
                  </small>
                </span>
                <StatusBadge status={hook.status} />
              </a>
            </li>
          ))}
        </ul>
        <More list={list} path={PATH} />
      </Panel>
      {may("owner") && <NewHook onMade={list.reload} />}
    </div>
  );
}
