import { useEffect, useState } from "preact/hooks";
import { fetchFile, saveFile } from "../../api/file";
import type { Invoice, InvoiceLine, Payment } from "../../api/finance";
import { get, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money, month, number } from "../../i18n";
import { has, t } from "../../i18n/finance";
import { useClientNames } from "../../state/names";
import { may } from "../../state/session";
import { Button, Loading, PageHead, Panel } from "../../ui/basics";
import { toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, useAction } from "../../ui/form";
import { useResource } from "../../ui/resource";
import { DataTable } from "../../ui/table";
import { CreditForm, PayForm } from "./invoice-actions";
import { InvoiceBadge } from "./invoices";
import { PaymentRow } from "./payments";

function Facts({ invoice }: { invoice: Invoice }) {
  const client = useClientNames([invoice.clientId])(invoice.clientId);
  const amount = (centavos: number) => money(centavos, invoice.currency);
  return (
    <dl class="facts">
      <div>
        <dt>{t("invoice.client")}</dt>
        <dd>
          <a href={`#/finance/clients/${invoice.clientId}`}>{client}</a>
        </dd>
      </div>
      <div>
        <dt>{t("invoice.issued")}</dt>
        <dd>{date(invoice.issuedAt)}</dd>
      </div>
      {invoice.kind === "invoice" && (
        <div>
          <dt>{t("invoice.due")}</dt>
          <dd>{date(invoice.dueOn)}</dd>
        </div>
      )}
      {invoice.corrects && (
        <div>
          <dt>{t("invoice.corrects")}</dt>
          <dd>
            <a href={`#/finance/invoices/${invoice.corrects}`}>{t("invoice.original")}</a>
          </dd>
        </div>
      )}
      {invoice.reason && (
        <div>
          <dt>{t("invoice.reason")}</dt>
          <dd>{invoice.reason}</dd>
        </div>
      )}
      <div>
        <dt>{t("invoice.total")}</dt>
        <dd>
          <b>{amount(invoice.totalCentavos)}</b>
        </dd>
      </div>
      {invoice.paidCentavos !== 0 && (
        <div>
          <dt>{t("invoice.received")}</dt>
          <dd>{amount(invoice.paidCentavos)}</dd>
        </div>
      )}
      {invoice.creditedCentavos !== 0 && (
        <div>
          <dt>{t("invoice.creditedSum")}</dt>
          <dd>{amount(invoice.creditedCentavos)}</dd>
        </div>
      )}
      {invoice.balanceCentavos > 0 && (
        <div>
          <dt>{t("invoice.balance")}</dt>
          <dd>
            <b>{amount(invoice.balanceCentavos)}</b>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Usage is described by the name of its meter. */
function descriptionOf({ description }: InvoiceLine): string {
  const meter = `meter.${description}`;
  return has(meter) ? t(meter) : description;
}

function Lines({ invoice }: { invoice: Invoice }) {
  const amount = (centavos: number) => money(centavos, invoice.currency);
  return (
    <DataTable
      title={t("invoice.lines")}
      head={[t("invoice.item"), t("invoice.quantity"), t("invoice.unit"), t("invoice.total")]}
      rows={invoice.lines.map((line) => [
        <>
          {descriptionOf(line)}
          {line.from && line.until && (
            <small class="under">
              {date(line.from)} – {date(line.until)}
            </small>
          )}
        </>,
        number(line.quantity),
        amount(line.unitCentavos),
        amount(line.totalCentavos),
      ])}
    />
  );
}

function Pix({ invoice, code }: { invoice: Invoice; code: string }) {
  const [source, setSource] = useState("");
  useEffect(() => {
    let made = "";
    let gone = false;
    fetchFile(`/billing/invoices/${invoice.id}/pix.svg`).then((url) => {
      made = url;
      if (gone) URL.revokeObjectURL(url);
      else setSource(url);
    }, toastProblem);
    return () => {
      gone = true;
      URL.revokeObjectURL(made);
    };
  }, [invoice.id, code]);
  const copy = () =>
    navigator.clipboard.writeText(code).then(() => toast(t("common.copied")), toastProblem);
  return (
    <Panel title={t("invoice.pix")} icon="qr" class="pix">
      <p class="lead">{t("invoice.pixHint")}</p>
      <figure class="qr">
        {source ? <img src={source} alt={t("invoice.pixAlt")} /> : <Loading />}
      </figure>
      <Button kind="primary" icon="copy" onClick={() => void copy()}>
        {t("invoice.pixCopy")}
      </Button>
      <p class="hint">{t("invoice.pixCode")}</p>
      <code class="secret">{code}</code>
    </Panel>
  );
}

function Payments({ invoice, onChange }: { invoice: Invoice; onChange: () => void }) {
  const path = `/billing/payments${query({ invoiceId: invoice.id, limit: 50 })}`;
  const list = useResource(`${path}#${invoice.paidCentavos}`, () => get<Page<Payment>>(path));
  return (
    <Panel title={t("client.payments")} icon="coin">
      <ProblemNote problem={list.problem} />
      {list.data?.items.length === 0 && <p class="quiet-note">{t("client.noPayments")}</p>}
      <ul class="rows">
        {list.data?.items.map((payment) => (
          <PaymentRow key={payment.id} payment={payment} onChange={onChange} />
        ))}
      </ul>
    </Panel>
  );
}

/** Send it to its client's WhatsApp: words, the Pix code to copy, its picture. */
function Send({ invoice }: { invoice: Invoice }) {
  const send = useAction(async () => {
    await post(`/billing/invoices/${invoice.id}/send`);
    toast(t("invoice.sent"));
  });
  return (
    <Panel title={t("invoice.send")} icon="send">
      <p class="lead">{t("invoice.sendHint")}</p>
      <ProblemNote problem={send.problem} />
      <div class="actions">
        <Button icon="send" busy={send.busy} onClick={() => void send.run()}>
          {t("invoice.sendAction")}
        </Button>
      </div>
    </Panel>
  );
}

const savePdf = ({ id, label }: Invoice) =>
  saveFile(`/billing/invoices/${id}/pdf`, `${label}.pdf`).catch(toastProblem);

/** One invoice or credit note: what it is for, how to pay it, and what was paid. */
export function InvoicePage({ id }: { id: string }) {
  const found = useResource(id, () => get<Invoice>(`/billing/invoices/${id}`));
  const invoice = found.data;
  if (!invoice) {
    return (
      <>
        <PageHead title={t("finance.invoices")} back="#/finance/invoices" />
        <ProblemNote problem={found.problem} />
        {!found.problem && <Loading />}
      </>
    );
  }
  const { kind, label, balanceCentavos } = invoice;
  const open = kind === "invoice" && invoice.status === "open" && balanceCentavos > 0;
  return (
    <>
      <PageHead
        title={t(kind === "invoice" ? "invoice.title" : "invoice.noteTitle", { label })}
        lead={month(invoice.period)}
        back="#/finance/invoices"
      >
        <InvoiceBadge invoice={invoice} />
        <Button icon="download" onClick={() => void savePdf(invoice)}>
          {t("invoice.pdf")}
        </Button>
      </PageHead>
      <div class="split">
        <div class="stack">
          <Panel title={t("invoice.lines")} icon="receipt">
            <Lines invoice={invoice} />
            <Facts invoice={invoice} />
          </Panel>
          <Payments invoice={invoice} onChange={found.reload} />
        </div>
        <div class="stack">
          {open && invoice.pix && <Pix invoice={invoice} code={invoice.pix} />}
          {open && !invoice.pix && (
            <p class="quiet-note">
              {t("invoice.noPix")}{" "}
              {may("owner") && <a href="#/finance/settings">{t("finance.settings")}</a>}
            </p>
          )}
          {open && may("operator") && <Send invoice={invoice} />}
          {open && may("operator") && <PayForm invoice={invoice} onDone={found.reload} />}
          {kind === "invoice" && invoice.status !== "credited" && may("owner") && (
            <CreditForm invoice={invoice} onDone={found.reload} />
          )}
        </div>
      </div>
    </>
  );
}
