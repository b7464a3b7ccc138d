import { t } from "../../i18n/notifications";
import { may } from "../../state/session";
import { PageHead } from "../../ui/basics";
import type { IconName } from "../../ui/icon";
import { Tabs } from "../../ui/tabs";
import { ChannelSettings } from "./channels";
import { NoticeList } from "./list";
import { Rules } from "./rules";

const TABS = [
  ["list", "bell"],
  ["rules", "settings"],
  ["channels", "send"],
] as const satisfies [string, IconName][];

/** What the box had to say, what it watches, and whom it tells. */
export function Notifications({ tab = "list" }: { tab?: string | undefined }) {
  return (
    <>
      <PageHead title={t("notice.title")} lead={t("notice.lead")} />
      {may("operator") && (
        <Tabs
          label={t("notice.title")}
          items={TABS.map(([name, icon]) => ({
            href: `#/notifications/${name}`,
            icon,
            text: t(`notice.${name}`),
            current: name === tab,
          }))}
        />
      )}
      {tab === "rules" && <Rules />}
      {tab === "channels" && <ChannelSettings />}
      {tab === "list" && <NoticeList />}
    </>
  );
}
