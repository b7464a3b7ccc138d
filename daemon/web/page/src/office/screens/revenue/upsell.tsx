import type { ComponentChildren } from "preact";
import { get, query } from "../../../api/http";
import { duration, month, number, percent } from "../../../i18n";
import { Badge, Empty, Loading, Panel, Progress } from "../../../ui/basics";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { UpsellSignal } from "../../api/billing";
import type { Whole } from "../../api/types";
import { count, t } from "../../i18n/business";
import { meterName } from "../../parts/meters";
import { share } from "../../parts/months";
import type { Whose } from ".";

function Cycles({ one }: { one: UpsellSignal }) {
  return (
    <ul class="meters">
      {one.evidence.cycles?.map((cycle) => (
        <li key={cycle.period}>
          <span>
            {month(cycle.period)}:{" "}
            {t("upsell.cycle", { used: number(cycle.used), included: number(cycle.included) })}
          </span>
          <b>{percent(share(cycle.shareBps))}</b>
          <Progress
            value={share(cycle.shareBps) ?? 0}
            label={`${meterName(one.meter ?? "")}, ${month(cycle.period)}`}
          />
        </li>
      ))}
    </ul>
  );
}

function Signal({ one }: { one: UpsellSignal }) {
  const { evidence, signal } = one;
  return (
    <li class="signal">
      <div>
        <a href={`#/tenants/${one.tenantId}`}>
          <b>{one.tenant || one.tenantId}</b>
        </a>{" "}
        <Badge tone="accent">{t(`signal.${signal}`)}</Badge>
        <p>
          {signal === "entitlement" && one.meter && meterName(one.meter)}
          {signal === "queue_wait" &&
            t("upsell.wait", {
              p95: duration(evidence.p95Ms ?? 0),
              limit: duration(evidence.limitMs ?? 0),
            })}
          {signal === "unanswered" && count("upsell.topics", evidence.topics ?? 0)}
          {one.plan && ` · ${t("upsell.plan", { plan: one.plan })}`}
        </p>
      </div>
      {one.deviceId && <a href={`#/boxes/${one.deviceId}`}>{t("upsell.box")}</a>}
      {evidence.cycles && <Cycles one={one} />}
    </li>
  );
}

/** Who may need more, each with the evidence for it. */
export function Upsell({ whose, filters }: { whose: Whose; filters: ComponentChildren }) {
  const path = `/api/figures/upsell${query({ resellerId: whose.resellerId })}`;
  const found = useResource(path, () => get<Whole<UpsellSignal>>(path));
  const items = found.data?.items;
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {filters}
      </form>
      <Panel title={t("upsell.title")} icon="bulb">
        <ProblemNote problem={found.problem} />
        {!items && !found.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="bulb" title={t("upsell.none")} text={t("upsell.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <Signal key={`${one.tenantId}${one.signal}${one.meter}${one.deviceId}`} one={one} />
          ))}
        </ul>
      </Panel>
    </>
  );
}
