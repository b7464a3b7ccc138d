import { t } from "../../i18n/contacts";
import { may } from "../../state/session";
import { ButtonLink, PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/tabs";
import { Deals } from "./deals";
import { People } from "./people";

/** Who writes to the box, and the deals with them. */
export function Contacts({ tab = "people" }: { tab?: string | undefined }) {
  const deals = tab === "deals";
  return (
    <>
      <PageHead title={t("contacts.title")} lead={t("contacts.lead")}>
        {may("operator") && (
          <ButtonLink href="#/integrations/files" icon="upload">
            {t("people.import")}
          </ButtonLink>
        )}
      </PageHead>
      <Tabs
        label={t("contacts.title")}
        items={[
          { href: "#/contacts/people", icon: "contacts", text: t("tab.people"), current: !deals },
          { href: "#/contacts/deals", icon: "coin", text: t("tab.deals"), current: deals },
        ]}
      />
      {deals ? <Deals /> : <People />}
    </>
  );
}
