/** Money in, and mistakes put right. */
import { useState } from "preact/hooks";
import { METHODS, type Invoice } from "../../api/finance";
import { post } from "../../api/http";
import { money } from "../../i18n";
import { t } from "../../i18n/finance";
import { Button, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";

interface Props {
  invoice: Invoice;
  onDone: () => void;
}

/** Write down that money came in by another way than the provider. */
export function PayForm({ invoice, onDone }: Props) {
  const [amount, setAmount] = useState("");
  const [method, setMethod] = useState("pix");
  const [note, setNote] = useState("");
  const pay = useAction(async () => {
    await post("/billing/payments", {
      invoiceId: invoice.id,
      amountCentavos: centavos(amount, "amountCentavos"),
      method,
      note: note || null,
    });
    toast(t("invoice.payDone"));
    onDone();
  });
  const open = money(invoice.balanceCentavos, invoice.currency);
  return (
    <Panel title={t("invoice.pay")} icon="check">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void pay.run();
        }}
      >
        <SelectField
          label={t("invoice.method")}
          name="method"
          value={method}
          onChange={setMethod}
          options={METHODS.map((one) => [one, t(`method.${one}`)])}
          problem={pay.problem}
        />
        <MoneyField
          label={t("invoice.amount")}
          name="amountCentavos"
          value={amount}
          onInput={setAmount}
          hint={t("invoice.amountHint", { amount: open })}
          problem={pay.problem}
          required={false}
        />
        <TextField
          label={t("invoice.note")}
          name="note"
          value={note}
          onInput={setNote}
          problem={pay.problem}
          autocomplete="off"
          required={false}
        />
        <ProblemNote problem={pay.problem} except={["method", "amountCentavos", "note"]} />
        <div class="actions">
          <Button type="submit" kind="primary" busy={pay.busy}>
            {t("invoice.payAction")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** Correct an invoice; it is never edited. */
export function CreditForm({ invoice, onDone }: Props) {
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const credit = useAction(async () => {
    const amountCentavos = centavos(amount, "amountCentavos");
    await post(`/billing/invoices/${invoice.id}/credit-notes`, { amountCentavos, reason });
    setAmount("");
    setReason("");
    toast(t("invoice.creditDone"));
    onDone();
  });
  return (
    <Panel title={t("invoice.credit")} icon="receipt">
      <p class="lead">{t("invoice.creditHint")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void credit.run();
        }}
      >
        <MoneyField
          label={t("invoice.creditAmount")}
          name="amountCentavos"
          value={amount}
          onInput={setAmount}
          hint={t("invoice.creditAll")}
          problem={credit.problem}
          required={false}
        />
        <TextField
          label={t("invoice.creditReason")}
          name="reason"
          value={reason}
          onInput={setReason}
          problem={credit.problem}
          autocomplete="off"
          required
        />
        <ProblemNote problem={credit.problem} except={["amountCentavos", "reason"]} />
        <div class="actions">
          <Button type="submit" kind="danger" busy={credit.busy}>
            {t("invoice.creditAction")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
