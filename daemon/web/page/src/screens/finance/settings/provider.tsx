import { useState } from "preact/hooks";
import { BILLING, type ProviderReached } from "../../../api/billing";
import { post } from "../../../api/http";
import { t } from "../../../i18n/billing";
import { Badge, Button, Panel } from "../../../ui/basics";
import { ProblemNote, SelectField, TextField, useAction } from "../../../ui/form";
import { Copyable } from "../../../ui/secret";
import type { PartProps } from ".";

const FIELDS = ["provider.adapter", "provider.url", "provider.key", "provider.webhookToken"];
const TOKEN_BYTES = 24;

/** A token that nobody guesses; the page may stand on plain HTTP, where `randomUUID` is not. */
function freshToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Who charges for invoices and says when they are paid. */
export function ProviderPanel({ saved, save }: PartProps) {
  const { provider } = saved;
  const [adapter, setAdapter] = useState<string>(provider.adapter);
  const [url, setUrl] = useState(provider.url);
  const [key, setKey] = useState("");
  const [token, setToken] = useState("");
  const [reached, setReached] = useState<ProviderReached | null>(null);
  // A secret that was not written stays as it is.
  const written = { url, ...(key && { key }) };
  const act = useAction(async (what: "keep" | "check" | "key" | "webhookToken") => {
    setReached(null);
    if (what === "check") {
      setReached(await post<ProviderReached>(`${BILLING}/provider/check`, { provider: written }));
    } else if (what === "keep") {
      await save({ provider: { adapter, ...written, ...(token && { webhookToken: token }) } });
      setKey("");
      setToken("");
    } else {
      await save({ provider: { [what]: "" } });
    }
  });
  const { problem, busy } = act;
  const kept = (is: boolean) => (is ? t("billing.secretKept") : t("billing.secretNone"));
  return (
    <Panel title={t("billing.provider")} icon="plug" class="form-panel">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act.run("keep");
        }}
      >
        <SelectField
          label={t("billing.adapter")}
          name="provider.adapter"
          value={adapter}
          onChange={setAdapter}
          options={[
            ["none", t("billing.adapter.none")],
            ["asaas", "Asaas"],
          ]}
          hint={t("billing.adapterHint")}
          problem={problem}
        />
        <TextField
          label={t("billing.url")}
          name="provider.url"
          value={url}
          onInput={setUrl}
          autocomplete="off"
          hint={t("billing.urlHint")}
          problem={problem}
        />
        <TextField
          label={t("billing.key")}
          name="provider.key"
          type="password"
          value={key}
          onInput={setKey}
          autocomplete="off"
          placeholder={kept(provider.keySet)}
          hint={t("billing.keyHint")}
          problem={problem}
        />
        <TextField
          label={t("billing.token")}
          name="provider.webhookToken"
          value={token}
          onInput={setToken}
          autocomplete="off"
          placeholder={kept(provider.webhookTokenSet)}
          hint={t("billing.tokenHint")}
          problem={problem}
        />
        <div class="actions">
          <Button small icon="key" onClick={() => setToken(freshToken())}>
            {t("billing.tokenNew")}
          </Button>
          {provider.keySet && (
            <Button small busy={busy} onClick={() => void act.run("key")}>
              {t("billing.keyForget")}
            </Button>
          )}
          {provider.webhookTokenSet && (
            <Button small busy={busy} onClick={() => void act.run("webhookToken")}>
              {t("billing.tokenForget")}
            </Button>
          )}
        </div>
        <div class="starts">
          <p class="hint">{t("billing.hook")}</p>
          <Copyable text={`${location.origin}/billing/webhooks/asaas`} />
        </div>
        <ProblemNote problem={problem} except={FIELDS} />
        {reached && (
          <p role="status">
            <Badge tone={reached.state === "ok" ? "ok" : "bad"}>
              {t(`billing.reached.${reached.state}`)}
            </Badge>{" "}
            {reached.detail}
          </p>
        )}
        <div class="actions">
          <Button type="submit" kind="primary" busy={busy}>
            {t("billing.providerSave")}
          </Button>
          <Button icon="link" busy={busy} onClick={() => void act.run("check")}>
            {t("billing.check")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
