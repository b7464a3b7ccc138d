import { t } from "../../i18n/finance";
import { may } from "../../state/session";
import { PageHead } from "../../ui/basics";
import type { IconName } from "../../ui/icon";
import { lazy } from "../../ui/lazy";
import { Tabs } from "../../ui/tabs";
import { ClientPage } from "./client-page";
import { Clients } from "./clients";
import { InvoicePage } from "./invoice-page";
import { Invoices } from "./invoices";
import { Overview } from "./overview";
import { Plans } from "./plans";
import { SubscriptionPage } from "./subscription-page";
import { Subscriptions } from "./subscriptions";
import { UpsellScreen } from "./upsell";

const TABS = [
  ["overview", "chart"],
  ["clients", "users"],
  ["subscriptions", "repeat"],
  ["invoices", "receipt"],
  ["plans", "plan"],
  ["upsell", "bulb"],
  ["settings", "settings"],
] as const satisfies [string, IconName][];
/** Tabs for everybody; the last one is the owner's. */
const OPEN = TABS.length - 1;
const BillingScreen = lazy(async () => (await import("./settings")).BillingScreen);

interface Props {
  tab?: string | undefined;
  id?: string | undefined;
  query: URLSearchParams;
}

function Tab({ name, query }: { name: string; query: URLSearchParams }) {
  switch (name) {
    case "clients":
      return <Clients />;
    case "subscriptions":
      return <Subscriptions status={query.get("status") ?? ""} />;
    case "invoices":
      return <Invoices status={query.get("status") ?? ""} />;
    case "plans":
      return <Plans />;
    case "upsell":
      return <UpsellScreen />;
    case "settings":
      return <BillingScreen />;
    default:
      return <Overview />;
  }
}

/** Money: what it says, and where it is kept. */
export function Finance({ tab = "overview", id, query }: Props) {
  if (id && tab === "clients") return <ClientPage key={id} id={id} />;
  if (id && tab === "subscriptions") return <SubscriptionPage key={id} id={id} />;
  if (id && tab === "invoices") return <InvoicePage key={id} id={id} />;
  const tabs = may("owner") ? TABS : TABS.slice(0, OPEN);
  return (
    <>
      <PageHead title={t("finance.title")} lead={t("finance.lead")} />
      <Tabs
        label={t("finance.title")}
        items={tabs.map(([name, icon]) => ({
          href: `#/finance/${name}`,
          icon,
          text: t(`finance.${name}`),
          current: name === tab,
        }))}
      />
      <Tab name={tab} query={query} />
    </>
  );
}
