import { get } from "../../../api/http";
import { dateTime } from "../../../i18n";
import { Loading, Panel } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { DataTable } from "../../../ui/table";
import type { LogEntry, Whole } from "../../api/types";
import { t } from "../../i18n/operations";

/** Who did what in the office. */
export function Log() {
  const log = useResource("log", () => get<Whole<LogEntry>>("/api/log"));
  const items = log.data?.items;
  return (
    <Panel title={t("people.log")} icon="logs">
      <ProblemNote problem={log.problem} />
      {!items && !log.problem && <Loading />}
      {items?.length === 0 && <p class="quiet-note">{t("log.none")}</p>}
      {items && items.length > 0 && (
        <DataTable
          title={t("people.log")}
          head={[
            t("column.when"),
            t("log.who"),
            t("log.what"),
            t("log.target"),
            t("column.reseller"),
          ]}
          numeric={() => false}
          rows={items.map((one) => [
            dateTime(one.at),
            one.actor,
            <code>{one.action}</code>,
            one.target,
            one.resellerId || t("role.platform"),
          ])}
        />
      )}
    </Panel>
  );
}
