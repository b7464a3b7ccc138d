import { PageHead } from "../../../ui/basics";
import type { IconName } from "../../../ui/icon";
import { Tabs } from "../../../ui/tabs";
import { t } from "../../i18n/operations";
import { Keys } from "./keys";
import { Log } from "./log";
import { ServerKeys } from "./server-keys";
import { Users } from "./users";

const TABS = [
  ["users", "users"],
  ["keys", "key"],
  ["log", "logs"],
  ["server", "chip"],
] as const satisfies [string, IconName][];

function Tab({ name }: { name: string }) {
  if (name === "keys") return <Keys />;
  if (name === "log") return <Log />;
  return name === "server" ? <ServerKeys /> : <Users />;
}

/** Who enters the office, and what they did. */
export function People({ tab = "users" }: { tab?: string | undefined }) {
  return (
    <>
      <PageHead title={t("nav.people")} lead={t("people.lead")} />
      <Tabs
        label={t("people.parts")}
        items={TABS.map(([name, icon]) => ({
          href: `#/people/${name}`,
          icon,
          text: t(`people.${name}`),
          current: name === tab,
        }))}
      />
      <Tab name={tab} />
    </>
  );
}
