import { get, patch, post } from "../../api/http";
import type { EventType, Webhook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { t } from "../../i18n/integrations";
import { ActionForm, useDraft } from "../../ui/action-form";
import { Switch, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { AgentSelect } from "../agent-select";
import { HeaderFields, NO_HEADERS, saidHeaders } from "./secret-headers";

interface EventsProps {
  chosen: string[];
  onChange: (events: string[]) => void;
}

/** The names of events, with their families before them: `message.*`. */
export function choices(types: EventType[], chosen: string[]): [name: string, says: string][] {
  const families = new Map<string, number>();
  for (const { type } of types) {
    const family = `${type.split(".")[0] ?? ""}.*`;
    families.set(family, (families.get(family) ?? 0) + 1);
  }
  const listed: [string, string][] = [];
  for (const { type, description } of types) {
    const family = `${type.split(".")[0] ?? ""}.*`;
    const many = families.get(family) ?? 0;
    families.delete(family);
    if (many > 1) listed.push([family, t("hook.family")]);
    listed.push([type, description]);
  }
  const known = new Set(listed.map(([name]) => name));
  const other = chosen.filter((one) => one !== "*" && !known.has(one));
  return [...other.map((one): [string, string] => [one, t("hook.family")]), ...listed];
}

/** Whether a name is one of a family. */
const isWithin = (name: string, family: string) =>
  name !== family && family.endsWith(".*") && name.startsWith(family.slice(0, -1));

/** Which events go out: all of them, families, or each that is ticked. */
function Events({ chosen, onChange }: EventsProps) {
  const types = useResource("events", () => get<Page<EventType>>("/integrations/events"));
  const all = chosen.includes("*");
  const turn = (name: string, on: boolean) => {
    const others = chosen.filter((one) => one !== name && !isWithin(one, name));
    onChange(on ? [...others, name] : others);
  };
  const within = (name: string) => chosen.some((one) => isWithin(name, one));
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
          {types.data &&
            choices(types.data.items, chosen).map(([name, says]) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={chosen.includes(name) || within(name)}
                  disabled={within(name)}
                  onChange={(event) => turn(name, event.currentTarget.checked)}
                />
                <span>
                  <code>{name}</code>
                  <small>{says}</small>
                </span>
              </label>
            ))}
        </div>
      )}
    </fieldset>
  );
}

interface Props {
  hook: Webhook | null;
  onSaved: (hook: Webhook) => void;
  onCancel?: () => void;
}

/** A new webhook, or one as it is. */
export function WebhookForm({ hook, onSaved, onCancel }: Props) {
  const draft = useDraft({
    name: hook?.name ?? "",
    url: hook?.url ?? "",
    events: hook?.events ?? ["*"],
    agentId: hook?.agentId ?? "",
    includeContent: hook?.includeContent ?? false,
    headers: NO_HEADERS,
    secret: "",
  });
  const { values, put, text } = draft;
  const save = useAction(async () => {
    const { name, url, events, includeContent } = values;
    const headers = saidHeaders(values.headers);
    const body = { name, url, events, includeContent, headers, agentId: values.agentId || null };
    const secret = values.secret.trim() || undefined;
    const saved = hook
      ? await patch<Webhook>(`/integrations/webhooks/${hook.id}`, body)
      : await post<Webhook>("/integrations/webhooks", { ...body, secret });
    put({ name: "", url: "", headers: NO_HEADERS, secret: "" });
    onSaved(saved);
  });
  const { problem } = save;
  return (
    <ActionForm
      action={save}
      submit={t(hook ? "common.save" : "hook.create")}
      fields={["name", "url", "agentId", "headers", "secret"]}
      onCancel={onCancel}
    >
      <TextField
        label={t("io.name")}
        {...text("name", problem)}
        placeholder={t("hook.nameExample")}
        required
      />
      <TextField
        label={t("hook.url")}
        {...text("url", problem)}
        hint={t("hook.urlHint")}
        required
      />
      <Events chosen={values.events} onChange={(events) => put({ events })} />
      <AgentSelect
        label={t("hook.agent")}
        value={values.agentId}
        onChange={(agentId) => put({ agentId })}
        none={t("hook.everyAgent")}
        problem={problem}
      />
      <Switch
        label={t("hook.content")}
        hint={t("hook.contentHint")}
        checked={values.includeContent}
        onChange={(includeContent) => put({ includeContent })}
      />
      <HeaderFields
        kept={hook?.headerNames ?? []}
        value={values.headers}
        problem={problem}
        onChange={(headers) => put({ headers })}
      />
      {!hook && (
        <TextField
          label={t("hook.ownSecret")}
          {...text("secret", problem)}
          hint={t("hook.ownSecretHint")}
          required={false}
        />
      )}
    </ActionForm>
  );
}
