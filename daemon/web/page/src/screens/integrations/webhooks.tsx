import { useState } from "preact/hooks";
import { get, post } from "../../api/http";
import type { EventType, Webhook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { count, t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { ProblemNote, Switch, TextField, useAction } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { SecretOnce } from "../../ui/secret";
import { AgentSelect } from "../agent-select";
import { WebhookDetail } from "./webhook-detail";

const PATH = "/integrations/webhooks?limit=50";

interface EventsProps {
  chosen: string[];
  onChange: (events: string[]) => void;
}

/** Which events go out: all of them, or each that is ticked. */
function Events({ chosen, onChange }: EventsProps) {
  const types = useResource("events", () => get<Page<EventType>>("/integrations/events"));
  const all = chosen.includes("*");
  const turn = (type: string, on: boolean) =>
    onChange(on ? [...chosen, type] : chosen.filter((one) => one !== type));
  return (
    <fieldset class="rule-box">
      <legend>{t("hook.events")}</legend>
      <Switch
        label={t("hook.all")}
        checked={all}
        onChange={(on) => onChange(on ? ["*"] : ["message.received"])}
      />
      {!all && (
        <div class="event-list" tabIndex={0} role="group" aria-label={t("hook.events")}>
          {types.data?.items.map(({ type, description }) => (
            <label key={type}>
              <input
                type="checkbox"
                checked={chosen.includes(type)}
                onChange={(event) => turn(type, event.currentTarget.checked)}
              />
              <span>
                <code>{type}</code>
                <small>{description}</small>
              </span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}

function NewWebhook({ onMade }: { onMade: () => void }) {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState(["*"]);
  const [agentId, setAgentId] = useState("");
  const [includeContent, setContent] = useState(false);
  const [secret, setSecret] = useState("");
  const make = useAction(async () => {
    const body = { name, url, events, agentId: agentId || null, includeContent };
    const made = await post<Webhook>("/integrations/webhooks", body);
    setSecret(made.secret ?? "");
    setName("");
    setUrl("");
    onMade();
  });
  const { problem } = make;
  return (
    <Panel title={t("hook.new")} icon="plus" class="form-panel">
      {secret && <SecretOnce note={t("hook.secret")} text={secret} />}
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
          placeholder={t("hook.nameExample")}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("hook.url")}
          name="url"
          value={url}
          onInput={setUrl}
          hint={t("hook.urlHint")}
          autocomplete="off"
          problem={problem}
          required
        />
        <Events chosen={events} onChange={setEvents} />
        <AgentSelect
          label={t("hook.agent")}
          value={agentId}
          onChange={setAgentId}
          none={t("hook.everyAgent")}
          problem={problem}
        />
        <Switch
          label={t("hook.content")}
          hint={t("hook.contentHint")}
          checked={includeContent}
          onChange={setContent}
        />
        <ProblemNote problem={problem} except={["name", "url", "agentId"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("hook.create")}
        </Button>
      </form>
    </Panel>
  );
}

export function StatusBadge({ status }: { status: "active" | "paused" | "disabled" }) {
  const tone = { active: "ok", paused: "plain", disabled: "bad" } as const;
  return <Badge tone={tone[status]}>{t(`io.${status}`)}</Badge>;
}

function Row({ hook }: { hook: Webhook }) {
  const events = hook.events.includes("*")
    ? t("hook.all")
    : count("hook.eventsOf", hook.events.length);
  return (
    <li>
      <a class="list-row" href={`#/integrations/webhooks/${hook.id}`}>
        <span>
          <b>{hook.name}</b>
          <small class="facts-line">
            {hook.url} · {events}
          </small>
        </span>
        <StatusBadge status={hook.status} />
      </a>
    </li>
  );
}

/** Where events go, and whether they arrive. */
export function Webhooks({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Webhook>>(PATH));
  const items = list.data?.items;
  if (open) return <WebhookDetail key={open} id={open} onChange={list.reload} />;
  return (
    <div class="split">
      <Panel title={t("tab.webhooks")} icon="send">
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="send" title={t("hook.none")} text={t("hook.noneText")} />
        )}
        <ul class="rows">
          {items?.map((hook) => (
            <Row key={hook.id} hook={hook} />
          ))}
        </ul>
        <More list={list} path={PATH} />
      </Panel>
      {may("owner") && <NewWebhook onMade={list.reload} />}
    </div>
  );
}
