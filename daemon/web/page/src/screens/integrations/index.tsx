import { t } from "../../i18n/integrations";
import { PageHead } from "../../ui/basics";
import type { IconName } from "../../ui/icon";
import { Tabs } from "../../ui/tabs";
import { Crm } from "./crm";
import { Files } from "./files";
import { Hooks } from "./hooks";
import { Webhooks } from "./webhooks";

const TABS = [
  ["webhooks", "send"],
  ["hooks", "link"],
  ["crm", "plug"],
  ["files", "table"],
] as const satisfies [string, IconName][];

function Tab({ name, id }: { name: string; id: string | undefined }) {
  switch (name) {
    case "hooks":
      return <Hooks open={id} />;
    case "crm":
      return <Crm open={id} />;
    case "files":
      return <Files />;
    default:
      return <Webhooks open={id} />;
  }
}

interface Props {
  tab?: string | undefined;
  id?: string | undefined;
}

/** What leaves the box, what comes in, and the systems that it knows. */
export function Integrations({ tab = "webhooks", id }: Props) {
  return (
    <>
      <PageHead title={t("integrations.title")} lead={t("integrations.lead")} />
      <Tabs
        label={t("integrations.title")}
        items={TABS.map(([name, icon]) => ({
          href: `#/integrations/${name}`,
          icon,
          text: t(`tab.${name}`),
          current: name === tab,
        }))}
      />
      <Tab name={tab} id={id} />
    </>
  );
}
