import type { Connector } from "../../api/integrations";
import { t } from "../../i18n/integrations";
import { may } from "../../state/session";
import { ConnectorForm } from "./crm-form";
import { ConnectorLog } from "./crm-log";
import { Pulls } from "./crm-pull";
import { Trying } from "./crm-try";
import { ThingDetail } from "./thing";

/** One connected system: what it would be sent, and what it was. */
export function ConnectorDetail({ id, onChange }: { id: string; onChange: () => void }) {
  return (
    <ThingDetail<Connector>
      id={id}
      at="crm"
      icon="plug"
      ask={({ name }) => ({ title: t("crm.delete", { name }), text: t("crm.deleteText") })}
      onChange={onChange}
      show={(connector) => (
        <>
          <code class="secret">{connector.baseUrl}</code>
          <dl class="facts">
            <div>
              <dt>{t("crm.auto")}</dt>
              <dd>{t(connector.auto ? "io.yes" : "io.no")}</dd>
            </div>
            {connector.headerNames.length > 0 && (
              <div>
                <dt>{t("crm.headers")}</dt>
                <dd>{connector.headerNames.join(", ")}</dd>
              </div>
            )}
          </dl>
          {may("operator") && <Trying connector={connector} />}
        </>
      )}
      form={(connector, saved, cancel) => (
        <ConnectorForm connector={connector} onSaved={saved} onCancel={cancel} />
      )}
    >
      {(connector) => (
        <>
          <Pulls connector={connector} />
          <ConnectorLog connector={connector} />
        </>
      )}
    </ThingDetail>
  );
}
