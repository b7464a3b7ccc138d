import { t } from "../i18n/settings";
import { may } from "../state/session";
import { PageHead } from "../ui/basics";
import type { IconName } from "../ui/icon";
import { Tabs } from "../ui/tabs";
import { Account } from "./account";
import { ApiKeys } from "./api-keys";
import { BoxPanel } from "./box-panel";
import { SyncPanel } from "./sync-panel";
import { Users } from "./users";

const TABS = [
  ["box", "chip"],
  ["sync", "cloud"],
  ["account", "user"],
  ["users", "users"],
  ["keys", "key"],
] as const satisfies [name: string, icon: IconName][];
/** Tabs for everybody; the rest is the owner's. */
const OPEN = 3;

/** The box, its people and its API keys. */
export function Settings({ tab = "box" }: { tab?: string | undefined }) {
  const tabs = may("owner") ? TABS : TABS.slice(0, OPEN);
  return (
    <>
      <PageHead title={t("settings.title")} lead={t("settings.lead")} />
      <Tabs
        label={t("settings.title")}
        items={tabs.map(([name, icon]) => ({
          href: `#/settings/${name}`,
          icon,
          text: t(`settings.${name}`),
          current: name === tab,
        }))}
      />
      {tab === "users" && <Users />}
      {tab === "keys" && <ApiKeys />}
      {tab === "sync" && <SyncPanel />}
      {tab === "account" && <Account />}
      {tab === "box" && <BoxPanel />}
    </>
  );
}
