import { useState } from "preact/hooks";
import { post } from "../../api/http";
import type { Webhook } from "../../api/integrations";
import { dateTime } from "../../i18n";
import { count, t } from "../../i18n/integrations";
import { useAgentNames } from "../../state/names";
import { may } from "../../state/session";
import { Badge, Button } from "../../ui/basics";
import { ProblemNote, SelectField, useAction } from "../../ui/form";
import { SecretOnce } from "../../ui/secret";
import { Deliveries } from "./deliveries";
import { ThingDetail } from "./thing";
import { WebhookForm } from "./webhook-form";

const OVERLAPS = [0, 24, 72, 168];

/** A new secret; for a while the old one signs along. */
function Rotation({ path }: { path: string }) {
  const [hours, setHours] = useState("24");
  const [secret, setSecret] = useState("");
  const rotate = useAction(async () => {
    const made = await post<Webhook>(`${path}/rotate`, { overlapHours: Number(hours) });
    setSecret(made.secret ?? "");
  });
  return (
    <details class="replay">
      <summary>{t("hook.rotate")}</summary>
      {secret && <SecretOnce note={t("hook.secret")} text={secret} />}
      <SelectField
        label={t("hook.overlap")}
        name="overlapHours"
        value={hours}
        onChange={setHours}
        options={OVERLAPS.map((one) => [
          String(one),
          one === 0 ? t("hook.atOnce") : count("hook.hours", one),
        ])}
        hint={t("hook.overlapHint")}
      />
      <ProblemNote problem={rotate.problem} />
      <Button small icon="key" busy={rotate.busy} onClick={() => void rotate.run()}>
        {t("hook.makeSecret")}
      </Button>
    </details>
  );
}

function Shown({ hook, path }: { hook: Webhook; path: string }) {
  const nameOf = useAgentNames();
  return (
    <>
      <code class="secret">{hook.url}</code>
      <p class="badges">
        {hook.events.map((one) => (
          <Badge key={one}>{one === "*" ? t("hook.all") : one}</Badge>
        ))}
      </p>
      <dl class="facts">
        <div>
          <dt>{t("hook.agent")}</dt>
          <dd>{hook.agentId ? nameOf(hook.agentId) : t("hook.everyAgent")}</dd>
        </div>
        <div>
          <dt>{t("hook.content")}</dt>
          <dd>{t(hook.includeContent ? "io.yes" : "io.no")}</dd>
        </div>
        {hook.headerNames.length > 0 && (
          <div>
            <dt>{t("crm.headers")}</dt>
            <dd>{hook.headerNames.join(", ")}</dd>
          </div>
        )}
      </dl>
      {hook.reason === "gone" && <p class="notice bad">{t("hook.gone")}</p>}
      {hook.reason !== "gone" && hook.failingSince && (
        <p class="notice warn">{t("hook.failing", { at: dateTime(hook.failingSince) })}</p>
      )}
      {may("owner") && <Rotation path={path} />}
    </>
  );
}

/** One webhook: its state, its secret, and every delivery. */
export function WebhookDetail({ id, onChange }: { id: string; onChange: () => void }) {
  return (
    <ThingDetail<Webhook>
      id={id}
      at="webhooks"
      icon="send"
      ask={({ name }) => ({ title: t("hook.delete", { name }), text: t("io.deleteText") })}
      onChange={onChange}
      show={(hook, path) => <Shown hook={hook} path={path} />}
      form={(hook, saved, cancel) => <WebhookForm hook={hook} onSaved={saved} onCancel={cancel} />}
    >
      {(hook) => <Deliveries id={hook.id} on={hook.status === "active"} />}
    </ThingDetail>
  );
}
