import { t } from "../../i18n/contacts";
import { may } from "../../state/session";
import { ButtonLink, PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/tabs";
import { PersonPrivacy, PrivacyList } from "../privacy";
import { Deals } from "./deals";
import { People } from "./people";

/** Who writes to the box, and the deals with them. */
export function Contacts({
  tab = "people",
  id,
}: {
  tab?: string | undefined;
  id?: string | undefined;
}) {
  const deals = tab === "deals";
  const privacy = tab === "privacy";
  if (privacy && id) return <PersonPrivacy id={id} />;
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
          {
            href: "#/contacts/people",
            icon: "contacts",
            text: t("tab.people"),
            current: !deals && !privacy,
          },
          { href: "#/contacts/deals", icon: "coin", text: t("tab.deals"), current: deals },
          ...(may("operator")
            ? [
                {
                  href: "#/contacts/privacy",
                  icon: "shield" as const,
                  text: t("tab.privacy"),
                  current: privacy,
                },
              ]
            : []),
        ]}
      />
      {privacy && <PrivacyList />}
      {deals && <Deals />}
      {!deals && !privacy && <People />}
    </>
  );
}
