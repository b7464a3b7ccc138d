import { t } from "../../i18n/reports";
import { PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/tabs";
import { ReportList } from "./list";
import { Schedules } from "./schedules";

/** Files about what happened: made at once, or coming back by themselves. */
export function Reports({ tab = "list" }: { tab?: string | undefined }) {
  const scheduled = tab === "schedules";
  return (
    <>
      <PageHead title={t("reports.title")} lead={t("reports.lead")} />
      <Tabs
        label={t("reports.title")}
        items={[
          {
            href: "#/reports/list",
            icon: "report",
            text: t("reports.list"),
            current: !scheduled,
          },
          {
            href: "#/reports/schedules",
            icon: "calendar",
            text: t("reports.schedules"),
            current: scheduled,
          },
        ]}
      />
      {scheduled ? <Schedules /> : <ReportList />}
    </>
  );
}
