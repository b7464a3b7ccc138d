import { t, type Key } from "../i18n";
import { may } from "../state/session";
import { PageHead } from "../ui/basics";
import type { IconName } from "../ui/icon";
import { Tabs } from "../ui/tabs";
import { ApiKeys } from "./api-keys";
import { BoxPanel } from "./box-panel";
import { Users } from "./users";

const TABS: [name: string, icon: IconName][] = [
  ["box", "chip"],
  ["users", "users"],
  ["keys", "key"],
];

/** The box, its people and its API keys. */
export function Settings({ tab = "box" }: { tab?: string | undefined }) {
  const tabs = may("owner") ? TABS : TABS.slice(0, 1);
  return (
    <>
      <PageHead title={t("settings.title")} lead={t("settings.lead")} />
      <Tabs
        label={t("settings.title")}
        items={tabs.map(([name, icon]) => ({
          href: `#/settings/${name}`,
          icon,
          text: t(`settings.${name}` as Key),
          current: name === tab,
        }))}
      />
      {tab === "users" && <Users />}
      {tab === "keys" && <ApiKeys />}
      {tab === "box" && <BoxPanel />}
    </>
  );
}
