/** What a step would do to a subscription, said by the daemon before it is taken. */
import type { ComponentChildren } from "preact";
import type { Outlook, Subscription } from "../../api/finance";
import { post } from "../../api/http";
import { date, money } from "../../i18n";
import { t } from "../../i18n/finance";
import { Loading } from "../../ui/basics";
import { ProblemNote } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { useSettled } from "../../ui/settled";

export const foresee = (one: Subscription, step: object) =>
  post<Outlook>(`/billing/subscriptions/${one.id}/preview`, step);

/** What the step would do, and whether that is known of the step as it stands now. */
function useOutlook(one: Subscription, step: object) {
  const wanted = JSON.stringify([one.id, one.updatedAt, step]);
  const asked = useSettled(wanted);
  const found = useResource(asked, () => foresee(one, step));
  const known = asked === wanted && (found.data !== null || found.problem !== null);
  return { ...found, known };
}

function MrrChange({ seen }: { seen: Outlook }) {
  const gain = seen.mrrChangeCentavos;
  const amount = money(Math.abs(gain), seen.subscription.currency);
  const key = gain > 0 ? "upgrade" : gain < 0 ? "downgrade" : "same";
  return <p class="effect">{t(`subscription.${key}`, { amount })}</p>;
}

function Sum({ name, amount, strong }: { name: string; amount: string; strong?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{strong ? <b>{amount}</b> : amount}</dd>
    </div>
  );
}

function Sums({ seen }: { seen: Outlook }) {
  const { subscription } = seen;
  const amount = (centavos: number) => money(centavos, subscription.currency);
  const owed = seen.creditCentavos > 0 ? "outlook.credit" : "outlook.due";
  return (
    <dl class="facts">
      {seen.lines.map((line, place) => (
        <div key={place}>
          <dt>
            {t(line.totalCentavos < 0 ? "outlook.givenBack" : "outlook.charged", {
              plan: line.description,
            })}
            {line.from && line.until && (
              <small class="under">
                {date(line.from)} – {date(line.until)}
              </small>
            )}
          </dt>
          <dd>{amount(line.totalCentavos)}</dd>
        </div>
      ))}
      {seen.waitingCentavos !== 0 && (
        <Sum name={t("outlook.waiting")} amount={amount(seen.waitingCentavos)} />
      )}
      <Sum
        name={t(owed)}
        amount={amount(seen.creditCentavos > 0 ? seen.creditCentavos : seen.dueNowCentavos)}
        strong
      />
      {seen.dueNowCentavos > 0 && (
        <Sum name={t("outlook.invoiced")} amount={date(seen.invoicedAt)} />
      )}
      {seen.holdsFrom && !subscription.cancelAt && (
        <Sum
          name={t("outlook.from", { day: date(seen.holdsFrom) })}
          amount={t("subscription.pricePer", {
            amount: amount(subscription.priceCentavos),
            period: t(`billing.${subscription.period}`),
          })}
        />
      )}
      {subscription.cancelAt && (
        <Sum name={t("subscription.endsOn")} amount={date(subscription.cancelAt)} />
      )}
      <Sum
        name={t("outlook.next")}
        amount={seen.nextChargeAt ? date(seen.nextChargeAt) : t("outlook.never")}
      />
    </dl>
  );
}

function OutlookNote({ outlook }: { outlook: ReturnType<typeof useOutlook> }) {
  const { data, problem, known } = outlook;
  if (problem && known) return <ProblemNote problem={problem} />;
  return (
    <div class="outlook" aria-live="polite">
      <h3>{t("outlook.title")}</h3>
      {data && known ? (
        <>
          <MrrChange seen={data} />
          <Sums seen={data} />
        </>
      ) : (
        <Loading />
      )}
    </div>
  );
}

interface Props {
  one: Subscription;
  step: object;
  /** What takes the step, and whether the outlook on it can be read. */
  children: (seen: boolean) => ComponentChildren;
}

/** The outlook on a step, above what takes it. */
export function Foreseen({ one, step, children }: Props) {
  const outlook = useOutlook(one, step);
  return (
    <>
      <OutlookNote outlook={outlook} />
      {children(outlook.known)}
    </>
  );
}
