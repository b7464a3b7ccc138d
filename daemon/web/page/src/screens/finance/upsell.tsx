import type { Offer, Sale, Strain, Upsell } from "../../api/finance";
import { get } from "../../api/http";
import { date, money, month, number, seconds } from "../../i18n";
import { t } from "../../i18n/finance";
import { useClientNames, usePlanNames } from "../../state/names";
import { Badge, ButtonLink, Empty, Loading, Panel, Progress } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";

function Signal({ offer, name }: { offer: Offer; name: string }) {
  const plan = usePlanNames();
  const meter = t(`meter.${offer.meter}`);
  return (
    <li class="signal">
      <div>
        <b>{name}</b>
        <p>{t("upsell.uses", { meter, plan: plan(offer.planId) })}</p>
        <p class="suggest">
          {offer.suggestedPlanId
            ? t("upsell.suggest", { plan: plan(offer.suggestedPlanId) })
            : t("upsell.noPlan")}
        </p>
      </div>
      <ul class="meters">
        {offer.cycles.map((cycle) => {
          const words = t("upsell.cycle", {
            month: month(cycle.period),
            used: number(cycle.used),
            included: number(cycle.included),
          });
          return (
            <li key={cycle.period}>
              <span>{words}</span>
              <small>{cycle.percent ? `${number(Number(cycle.percent))} %` : "–"}</small>
              <Progress value={cycle.used / Math.max(1, cycle.included)} label={words} />
            </li>
          );
        })}
      </ul>
      <ButtonLink href={`#/finance/subscriptions/${offer.subscriptionId}`}>
        {t("upsell.open")}
      </ButtonLink>
    </li>
  );
}

function StrainRow({ strain, found }: { strain: Strain; found: Upsell }) {
  const title =
    strain.kind === "wait"
      ? t("upsell.wait", { budget: seconds(found.waitBudgetMs / 1000) })
      : t("upsell.unanswered", { percent: found.unansweredPercent });
  return (
    <li class="list-row">
      <span>
        <b>{title}</b>
        {strain.loads.map((load) => (
          <small key={load.period}>
            {strain.kind === "wait"
              ? t("upsell.waitOf", {
                  month: month(load.period),
                  wait: seconds(load.waitP95Ms === null ? null : load.waitP95Ms / 1000),
                  n: number(load.waits),
                })
              : t("upsell.unansweredOf", {
                  month: month(load.period),
                  unanswered: number(load.unanswered),
                  questions: number(load.questions),
                })}
          </small>
        ))}
      </span>
    </li>
  );
}

function SaleRow({ sale, name, currency }: { sale: Sale; name: string; currency: string }) {
  return (
    <li class="list-row">
      <span>
        <b>{name}</b>
        <small>
          {sale.description} · {date(sale.at)}
        </small>
      </span>
      <Badge tone="accent">{t(`sale.${sale.kind}`)}</Badge>
      <b class="end amount">{money(sale.amountCentavos, currency)}</b>
    </li>
  );
}

function All({ found }: { found: Upsell }) {
  const ids = [...found.signals, ...found.sales].map((one) => one.clientId);
  const name = useClientNames(ids);
  return (
    <div class="split">
      <Panel title={t("upsell.signals")} icon="bulb">
        <p class="lead">{t("upsell.signalsLead", { percent: found.thresholdPercent })}</p>
        {found.signals.length === 0 && (
          <Empty icon="bulb" title={t("upsell.none")} text={t("upsell.noneText")} />
        )}
        <ul class="rows">
          {found.signals.map((offer) => (
            <Signal
              key={offer.subscriptionId + offer.meter}
              offer={offer}
              name={name(offer.clientId)}
            />
          ))}
        </ul>
      </Panel>
      <div class="stack">
        <Panel title={t("upsell.strains")} icon="chip">
          {found.strains.length === 0 && <p class="quiet-note">{t("upsell.noStrains")}</p>}
          <ul class="rows">
            {found.strains.map((strain) => (
              <StrainRow key={strain.kind} strain={strain} found={found} />
            ))}
          </ul>
        </Panel>
        <Panel
          title={t("upsell.sales")}
          icon="up"
          actions={
            <small>
              {t("upsell.salesSum", { amount: money(found.salesCentavos, found.currency) })}
            </small>
          }
        >
          {found.sales.length === 0 && <p class="quiet-note">{t("upsell.noSales")}</p>}
          <ul class="rows">
            {found.sales.map((sale) => (
              <SaleRow
                key={sale.id}
                sale={sale}
                name={name(sale.clientId)}
                currency={found.currency}
              />
            ))}
          </ul>
        </Panel>
      </div>
    </div>
  );
}

/** Who is close to needing more, with the evidence. */
export function UpsellScreen() {
  const found = useResource("upsell", () => get<Upsell>("/financeiro/upsell?limit=50"));
  return (
    <>
      <ProblemNote problem={found.problem} />
      {found.data ? <All found={found.data} /> : !found.problem && <Loading />}
    </>
  );
}
