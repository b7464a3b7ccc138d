import type { Subscription, SubscriptionStatus } from "../../api/finance";
import { get, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money } from "../../i18n";
import { t } from "../../i18n/finance";
import { go } from "../../router";
import { useClientNames, usePlanNames } from "../../state/names";
import { Badge, ButtonLink, Empty, Loading, Panel, type Tone } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

const STATUSES: SubscriptionStatus[] = ["trialing", "active", "paused", "cancelled"];
const TONES: Record<SubscriptionStatus, Tone> = {
  trialing: "accent",
  active: "ok",
  paused: "warn",
  cancelled: "plain",
};

export function SubscriptionBadge({ status }: { status: SubscriptionStatus }) {
  return <Badge tone={TONES[status]}>{t(`subscription.${status}`)}</Badge>;
}

export function SubscriptionRow({ one, name }: { one: Subscription; name?: string }) {
  const plan = usePlanNames()(one.planId);
  const price = t("subscription.pricePer", {
    amount: money(one.priceCentavos, one.currency),
    period: t(`billing.${one.period}`),
  });
  const ends = one.cancelAt && t("subscription.ends", { day: date(one.cancelAt) });
  return (
    <li>
      <a class="list-row" href={`#/finance/subscriptions/${one.id}`}>
        <span>
          <b>{[name, plan].filter(Boolean).join(" · ")}</b>
          <small>{[price, ends].filter(Boolean).join(" · ")}</small>
        </span>
        <SubscriptionBadge status={one.status} />
      </a>
    </li>
  );
}

/** Every subscription, newest first. */
export function Subscriptions({ status }: { status: string }) {
  const path = `/billing/subscriptions${query({ status, limit: 50 })}`;
  const list = useResource(path, () => get<Page<Subscription>>(path));
  const items = list.data?.items;
  const name = useClientNames(items?.map((one) => one.clientId) ?? []);
  const choose = (wanted: string) =>
    go(`/finance/subscriptions${query({ status: wanted })}`, { replace: true });
  return (
    <Panel
      title={t("finance.subscriptions")}
      icon="repeat"
      actions={
        <select
          class="compact"
          aria-label={t("subscription.status")}
          value={status}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{t("invoice.any")}</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {t(`subscription.${one}`)}
            </option>
          ))}
        </select>
      }
    >
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="repeat" title={t("subscription.none")} text={t("subscription.noneText")}>
          <ButtonLink href="#/finance/clients">{t("subscription.toClients")}</ButtonLink>
        </Empty>
      )}
      <ul class="rows">
        {items?.map((one) => (
          <SubscriptionRow key={one.id} one={one} name={name(one.clientId)} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
