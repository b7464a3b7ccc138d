import { t, type Key } from "../i18n";
import { may } from "../state/session";
import { PageHead } from "../ui/basics";
import { Icon, type IconName } from "../ui/icon";
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
      <nav class="tabs" aria-label={t("settings.title")}>
        {tabs.map(([name, icon]) => (
          <a
            key={name}
            href={`#/settings/${name}`}
            aria-current={name === tab ? "page" : undefined}
          >
            <Icon name={icon} size={16} />
            {t(`settings.${name}` as Key)}
          </a>
        ))}
      </nav>
      {tab === "users" && <Users />}
      {tab === "keys" && <ApiKeys />}
      {tab === "box" && <BoxPanel />}
    </>
  );
}
