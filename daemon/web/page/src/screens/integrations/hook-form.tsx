import type { Flow } from "../../api/flows";
import { get, patch, post, query } from "../../api/http";
import type { Hook } from "../../api/integrations";
import type { Page, WhatsAppSession } from "../../api/types";
import { t } from "../../i18n/integrations";
import { ActionForm, useDraft } from "../../ui/action-form";
import { SelectField, Switch, TextField, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { AgentSelect } from "../agent-select";
import { asObject, type Pair, Pairs } from "./pairs";

interface Props {
  hook: Hook | null;
  onSaved: (hook: Hook) => void;
  onCancel?: () => void;
}

const firstOf = (hook: Hook | null) => ({
  name: hook?.name ?? "",
  action: hook?.action ?? "send_message",
  agentId: hook?.agentId ?? "",
  sessionId: hook?.sessionId ?? "",
  flowId: hook?.flowId ?? "",
  to: hook?.mapping.to ?? "/telefone",
  words: hook?.mapping.text ?? "",
  variables: Object.entries(hook?.mapping.variables ?? {}) as Pair[],
  secret: "",
  unsigned: false,
});

/** What the daemon is told; a secret only where one was written or taken away. */
function bodyOf(values: ReturnType<typeof firstOf>) {
  const { name, agentId, flowId, to } = values;
  const starts = values.action === "start_flow";
  const mapping = starts
    ? { to, variables: asObject(values.variables) }
    : { to, text: values.words };
  const secret = values.unsigned ? "" : values.secret.trim() || undefined;
  const sessionId = starts ? undefined : values.sessionId || null;
  return { name, agentId, mapping, secret, sessionId, ...(starts && flowId ? { flowId } : {}) };
}

type Draft = ReturnType<typeof useDraft<ReturnType<typeof firstOf>>>;
interface PartProps {
  draft: Draft;
  problem: ReturnType<typeof useAction>["problem"];
}

function FlowFields({ draft: { values, put }, problem }: PartProps) {
  const path = `/flows${query({ agentId: values.agentId, limit: 100 })}`;
  const flows = useResource(path, () => get<Page<Flow>>(path));
  return (
    <>
      <SelectField
        label={t("way.flow")}
        name="flowId"
        value={values.flowId}
        onChange={(flowId) => put({ flowId })}
        options={[
          ["", t("way.chooseFlow")],
          ...(flows.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
        ]}
        problem={problem}
      />
      <fieldset class="rule-box">
        <legend>{t("way.variables")}</legend>
        <Pairs
          pairs={values.variables}
          left={t("way.variable")}
          right={t("way.path")}
          example="/nome"
          add={t("way.addVariable")}
          remove={(n) => t("way.removeVariable", { n })}
          onChange={(variables) => put({ variables })}
        />
      </fieldset>
    </>
  );
}

function MessageFields({ draft: { values, put, text }, problem }: PartProps) {
  const path = `/whatsapp/${values.agentId}/sessions`;
  const sessions = useResource(path, () =>
    values.agentId ? get<Page<WhatsAppSession>>(path) : Promise.resolve(null),
  );
  return (
    <>
      <TextField
        label={t("way.text")}
        {...text("words", problem, "mapping.text")}
        rows={3}
        hint={t("way.textHint")}
        required
      />
      {(sessions.data?.items.length ?? 0) > 1 && (
        <SelectField
          label={t("way.session")}
          name="sessionId"
          value={values.sessionId}
          onChange={(sessionId) => put({ sessionId })}
          options={[
            ["", t("way.anySession")],
            ...(sessions.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
          ]}
          problem={problem}
        />
      )}
    </>
  );
}

function SignatureFields({ hook, draft, problem }: PartProps & { hook: Hook | null }) {
  const { values, put, text } = draft;
  return (
    <>
      {!values.unsigned && (
        <TextField
          label={t("way.secret")}
          {...text("secret", problem)}
          hint={t(hook?.signed ? "way.secretKept" : "way.secretHint")}
          required={false}
        />
      )}
      {hook?.signed && (
        <Switch
          label={t("way.unsigned")}
          checked={values.unsigned}
          onChange={(unsigned) => put({ unsigned })}
        />
      )}
    </>
  );
}

/** A new way in, or one as it is. */
export function HookForm({ hook, onSaved, onCancel }: Props) {
  const draft = useDraft(firstOf(hook));
  const { values, put, text } = draft;
  const starts = values.action === "start_flow";
  const save = useAction(async () => {
    const body = bodyOf(values);
    const saved = hook
      ? await patch<Hook>(`/integrations/hooks/${hook.id}`, body)
      : await post<Hook>("/integrations/hooks", { ...body, action: values.action });
    put({ name: "", secret: "" });
    onSaved(saved);
  });
  const { problem } = save;
  return (
    <ActionForm
      action={save}
      submit={t(hook ? "common.save" : "way.create")}
      fields={[
        "name",
        "action",
        "agentId",
        "secret",
        "mapping.to",
        ...(starts ? ["flowId"] : ["mapping.text", "sessionId"]),
      ]}
      onCancel={onCancel}
    >
      <TextField
        label={t("io.name")}
        {...text("name", problem)}
        placeholder={t("way.nameExample")}
        required
      />
      {!hook && (
        <SelectField
          label={t("way.action")}
          name="action"
          value={values.action}
          onChange={(action) => put({ action: action as Hook["action"] })}
          options={[
            ["send_message", t("way.send_message")],
            ["start_flow", t("way.start_flow")],
          ]}
          problem={problem}
        />
      )}
      <AgentSelect
        label={t("way.agent")}
        value={values.agentId}
        onChange={(agentId) => put({ agentId, sessionId: "" })}
        none={t("way.chooseAgent")}
        problem={problem}
      />
      <TextField
        label={t("way.to")}
        {...text("to", problem, "mapping.to")}
        hint={t("way.toHint")}
        required
      />
      {starts ? (
        <FlowFields draft={draft} problem={problem} />
      ) : (
        <MessageFields draft={draft} problem={problem} />
      )}
      <SignatureFields hook={hook} draft={draft} problem={problem} />
    </ActionForm>
  );
}
