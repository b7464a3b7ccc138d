import type { Payment } from "../../api/finance";
import { post } from "../../api/http";
import { date, money } from "../../i18n";
import { t } from "../../i18n/finance";
import { may } from "../../state/session";
import { Badge, Button, type Tone } from "../../ui/basics";
import { confirm, toastProblem } from "../../ui/feedback";

const TONES: Record<Payment["state"], Tone> = {
  received: "ok",
  pending: "plain",
  overdue: "bad",
  refunded: "warn",
};

/** Money that came in, or is expected to. */
export function PaymentRow({ payment, onChange }: { payment: Payment; onChange: () => void }) {
  const refund = async () => {
    const sure = await confirm(
      t("payment.refundTitle"),
      t("payment.refundText"),
      t("payment.refund"),
    );
    if (sure) await post(`/billing/payments/${payment.id}/refund`).then(onChange, toastProblem);
  };
  const amount = money(payment.amountCentavos, payment.currency);
  const receive = async () => {
    const text = t("payment.receiveText", { amount });
    if (await confirm(t("payment.receiveTitle"), text, t("payment.receive")))
      await post(`/billing/payments/${payment.id}/receive`).then(onChange, toastProblem);
  };
  const waits = payment.state === "pending" || payment.state === "overdue";
  const words = [t(`method.${payment.method}`), date(payment.at), payment.note];
  return (
    <li class="list-row">
      <span>
        <b>{amount}</b>
        <small>{words.filter(Boolean).join(" · ")}</small>
      </span>
      <Badge tone={TONES[payment.state]}>{t(`payment.${payment.state}`)}</Badge>
      {may("operator") && waits && (
        <Button
          small
          kind="quiet"
          label={`${t("payment.receive")}: ${amount}`}
          onClick={() => void receive()}
        >
          {t("payment.receive")}
        </Button>
      )}
      {may("owner") && payment.state === "received" && (
        <Button
          small
          kind="quiet"
          label={`${t("payment.refund")}: ${amount}`}
          onClick={() => void refund()}
        >
          {t("payment.refund")}
        </Button>
      )}
    </li>
  );
}
