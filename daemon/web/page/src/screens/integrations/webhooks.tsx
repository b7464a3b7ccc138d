import { useState } from "preact/hooks";
import { get } from "../../api/http";
import type { Webhook } from "../../api/integrations";
import type { Page } from "../../api/types";
import { count, t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { Empty, Panel } from "../../ui/basics";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";
import { SecretOnce } from "../../ui/secret";
import { ThingRow } from "./thing";
import { WebhookDetail } from "./webhook-detail";
import { WebhookForm } from "./webhook-form";

const PATH = "/integrations/webhooks?limit=50";

function NewWebhook({ onMade }: { onMade: () => void }) {
  const [secret, setSecret] = useState("");
  return (
    <Panel title={t("hook.new")} icon="plus" class="form-panel">
      {secret && <SecretOnce note={t("hook.secret")} text={secret} />}
      <WebhookForm
        hook={null}
        onSaved={(made) => {
          setSecret(made.secret ?? "");
          onMade();
        }}
      />
    </Panel>
  );
}

const eventsOf = ({ events }: Webhook) =>
  events.includes("*") ? t("hook.all") : count("hook.eventsOf", events.length);

/** Where events go, and whether they arrive. */
export function Webhooks({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Webhook>>(PATH));
  if (open) return <WebhookDetail key={open} id={open} onChange={list.reload} />;
  return (
    <div class="split">
      <ListPanel
        title={t("tab.webhooks")}
        icon="send"
        list={list}
        path={PATH}
        empty={<Empty icon="send" title={t("hook.none")} text={t("hook.noneText")} />}
      >
        {(hook) => (
          <ThingRow
            key={hook.id}
            thing={hook}
            at="webhooks"
            facts={`${hook.url} · ${eventsOf(hook)}`}
          />
        )}
      </ListPanel>
      {may("owner") && <NewWebhook onMade={list.reload} />}
    </div>
  );
}
