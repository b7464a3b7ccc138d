import { get, query as asQuery } from "../../api/http";
import { go } from "../../router";
import { Empty, Loading, PageHead, Panel } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";
import { ALERTS, type Alert, type Page } from "../api/types";
import { t } from "../i18n/operations";
import { AlertRow } from "../parts/alert-row";
import { shortId } from "../parts/health";
import { Pick } from "../parts/pick";
import { resellerOptions, useResellers } from "../parts/resellers";
import { ofPlatform } from "../session";

const STATES = ["live", "open", "acked", "resolved"] as const;
const SEVERITIES = ["critical", "warning"] as const;
const NAMES = ["state", "kind", "severity", "deviceId", "tenantId", "resellerId"] as const;

/** What is wrong in the fleet, newest first. */
export function Alerts({ query }: { query: URLSearchParams }) {
  const asked = Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""])) as Record<
    (typeof NAMES)[number],
    string
  >;
  const resellers = useResellers();
  const path = `/api/alerts${asQuery({ ...asked, limit: 50 })}`;
  const alerts = useResource(path, () => get<Page<Alert>>(path));
  const set = (name: (typeof NAMES)[number]) => (value: string) =>
    go(`/alerts${asQuery({ ...asked, [name]: value })}`, { replace: true });
  const items = alerts.data?.items;
  return (
    <>
      <PageHead title={t("nav.alerts")} lead={t("alerts.lead")} />
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label={t("column.state")}
          value={asked.state || "live"}
          onChange={set("state")}
          options={STATES.map((one): [string, string] => [one, t(`alerts.state.${one}`)])}
        />
        <Pick
          label={t("alerts.kind")}
          value={asked.kind}
          onChange={set("kind")}
          options={[
            ["", t("fleet.allOf")],
            ...ALERTS.map((one): [string, string] => [one, t(`alert.${one}`)]),
          ]}
        />
        <Pick
          label={t("alerts.severity")}
          value={asked.severity}
          onChange={set("severity")}
          options={[
            ["", t("fleet.all")],
            ...SEVERITIES.map((one): [string, string] => [one, t(`severity.${one}`)]),
          ]}
        />
        {ofPlatform.value && (
          <Pick
            label={t("column.reseller")}
            value={asked.resellerId}
            onChange={set("resellerId")}
            options={resellerOptions(resellers)}
          />
        )}
      </form>
      {asked.deviceId && (
        <p class="table-note">
          {t("alerts.ofBox", { box: shortId(asked.deviceId) })}{" "}
          <a href="#/alerts">{t("alerts.ofAll")}</a>
        </p>
      )}
      <Panel title={t("nav.alerts")} icon="bell">
        <ProblemNote problem={alerts.problem} />
        {!items && !alerts.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="check" title={t("alerts.none")} text={t("alerts.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <AlertRow key={one.id} alert={one} onChange={alerts.reload} />
          ))}
        </ul>
        <More list={alerts} path={path} />
      </Panel>
    </>
  );
}
