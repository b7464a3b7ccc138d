import { get } from "../../api/http";
import { OBJECTS, type Connector } from "../../api/integrations";
import type { Page } from "../../api/types";
import { t } from "../../i18n/integrations";
import { go } from "../../router";
import { may } from "../../state/session";
import { Empty, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ListPanel } from "../../ui/list-panel";
import { useResource } from "../../ui/resource";
import { ConnectorDetail } from "./crm-detail";
import { ConnectorForm } from "./crm-form";
import { ThingRow } from "./thing";

const PATH = "/integrations/crm?limit=50";

const kindsOf = ({ objects }: Connector) =>
  OBJECTS.filter((kind) => objects[kind])
    .map((kind) => t(`crm.${kind}`))
    .join(", ");

/** Systems that are told of contacts, deals and invoices. */
export function Crm({ open }: { open: string | undefined }) {
  const list = useResource(PATH, () => get<Page<Connector>>(PATH));
  if (open) return <ConnectorDetail key={open} id={open} onChange={list.reload} />;
  const made = ({ id }: Connector) => {
    toast(t("crm.made"));
    go(`/integrations/crm/${id}`);
  };
  return (
    <div class="split">
      <ListPanel
        title={t("tab.crm")}
        icon="plug"
        list={list}
        path={PATH}
        empty={<Empty icon="plug" title={t("crm.none")} text={t("crm.noneText")} />}
      >
        {(one) => (
          <ThingRow key={one.id} thing={one} at="crm" facts={`${one.baseUrl} · ${kindsOf(one)}`} />
        )}
      </ListPanel>
      {may("owner") && (
        <Panel title={t("crm.new")} icon="plus">
          <ConnectorForm connector={null} onSaved={made} />
        </Panel>
      )}
    </div>
  );
}
