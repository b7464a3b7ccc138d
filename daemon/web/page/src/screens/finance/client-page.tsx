import { useState } from "preact/hooks";
import type { Client, Entitlements, Invoice, Payment, Subscription } from "../../api/finance";
import { del, get, patch, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money, number } from "../../i18n";
import { t } from "../../i18n/finance";
import { phone } from "../../phone";
import { go } from "../../router";
import { may } from "../../state/session";
import { Badge, Button, Loading, PageHead, Panel, Progress } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";
import { More } from "../../ui/more";
import { useResource, type Resource } from "../../ui/resource";
import { ClientForm } from "./clients";
import { InvoiceRow } from "./invoices";
import { NewSubscription } from "./new-subscription";
import { PaymentRow } from "./payments";
import { SubscriptionRow } from "./subscriptions";

function Facts({ client }: { client: Client }) {
  const facts: [string, string | null][] = [
    [t("client.phone"), client.phone && phone(client.phone)],
    [t("client.email"), client.email],
    [t("client.document"), client.document],
    [t("client.external"), client.externalId],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Details({ client }: { client: Resource<Client> & { data: Client } }) {
  const [editing, setEditing] = useState(false);
  const { data } = client;
  const path = `/billing/clients/${data.id}`;
  const remove = async () => {
    const sure = await confirm(
      t("client.archiveTitle", { name: data.name }),
      t("client.archiveText"),
      t("client.archive"),
    );
    if (sure) await del(path).then(() => go("/finance/clients"), toastProblem);
  };
  const restore = () => patch(path, { status: "active" }).then(client.reload, toastProblem);
  return (
    <Panel title={t("client.details")} icon="user">
      {editing ? (
        <ClientForm
          client={data}
          onSaved={(saved) => {
            client.set(() => saved);
            setEditing(false);
            toast(t("common.saved"));
          }}
        />
      ) : (
        <Facts client={data} />
      )}
      {may("operator") && !editing && (
        <div class="actions foot">
          <Button small onClick={() => setEditing(true)}>
            {t("client.edit")}
          </Button>
          {data.status === "active" ? (
            <Button small kind="danger" onClick={() => void remove()}>
              {t("client.archive")}
            </Button>
          ) : (
            <Button small onClick={() => void restore()}>
              {t("client.restore")}
            </Button>
          )}
        </div>
      )}
    </Panel>
  );
}

function Usage({ id }: { id: string }) {
  const found = useResource(id, () => get<Entitlements>(`/billing/clients/${id}/entitlements`));
  if (!found.data) return null;
  const meters = Object.entries(found.data.meters);
  return (
    <Panel
      title={t("client.usage")}
      icon="gauge"
      actions={
        found.data.pastDueCentavos > 0 && (
          <Badge tone="bad">
            {t("client.pastDue", { amount: money(found.data.pastDueCentavos) })}
          </Badge>
        )
      }
    >
      {meters.length === 0 && <p class="quiet-note">{t("client.noUsage")}</p>}
      <ul class="meters">
        {meters.map(([meter, { included, used }]) => {
          const name = t(`meter.${meter as keyof Entitlements["meters"]}`);
          const limit = included === null ? t("client.unlimited") : number(included);
          return (
            <li key={meter}>
              <span>{name}</span>
              <small>
                {number(used)} / {limit}
              </small>
              {included !== null && included > 0 && (
                <Progress value={used / included} label={name} />
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Extra({ clientId }: { clientId: string }) {
  const [description, setDescription] = useState("");
  const [amount, setAmount] = useState("");
  const sell = useAction(async () => {
    const amountCentavos = centavos(amount, "amountCentavos");
    await post("/billing/upsells", { clientId, description, amountCentavos });
    setDescription("");
    setAmount("");
    toast(t("sale.added"));
  });
  return (
    <Panel title={t("sale.title")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sell.run();
        }}
      >
        <TextField
          label={t("sale.description")}
          name="description"
          value={description}
          onInput={setDescription}
          placeholder={t("sale.example")}
          problem={sell.problem}
          autocomplete="off"
          required
        />
        <MoneyField
          label={t("sale.amount")}
          name="amountCentavos"
          value={amount}
          onInput={setAmount}
          problem={sell.problem}
          required
        />
        <ProblemNote problem={sell.problem} except={["description", "amountCentavos"]} />
        <div class="actions">
          <Button type="submit" busy={sell.busy}>
            {t("sale.add")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** Draw up an invoice at once, of all that is open. */
function InvoiceNow({ clientId, onDrawn }: { clientId: string; onDrawn: () => void }) {
  const draw = useAction(async () => {
    const made = await post<Invoice>("/billing/invoices", { clientId });
    onDrawn();
    go(`/finance/invoices/${made.id}`);
  });
  return (
    <Panel title={t("client.invoiceNow")} icon="receipt">
      <p class="lead">{t("client.invoiceNowHint")}</p>
      <ProblemNote problem={draw.problem} />
      <div class="actions">
        <Button icon="receipt" busy={draw.busy} onClick={() => void draw.run()}>
          {t("client.invoiceNowAction")}
        </Button>
      </div>
    </Panel>
  );
}

interface ListProps<T> {
  title: string;
  icon: "repeat" | "receipt" | "coin";
  none: string;
  path: string;
  row: (item: T, reload: () => void) => preact.ComponentChild;
  /** Counts up when something elsewhere on the screen changed what is listed. */
  turn: number;
}

function List<T extends { id: string }>({ title, icon, none, path, row, turn }: ListProps<T>) {
  const list = useResource(`${path}#${turn}`, () => get<Page<T>>(path));
  return (
    <Panel title={title} icon={icon}>
      <ProblemNote problem={list.problem} />
      {!list.data && !list.problem && <Loading />}
      {list.data?.items.length === 0 && <p class="quiet-note">{none}</p>}
      <ul class="rows">{list.data?.items.map((item) => row(item, list.reload))}</ul>
      <More list={list} path={path} />
    </Panel>
  );
}

/** One client: what they subscribe to, were invoiced and paid. */
export function ClientPage({ id }: { id: string }) {
  const client = useResource(id, () => get<Client>(`/billing/clients/${id}`));
  const [turn, setTurn] = useState(0);
  const { data } = client;
  if (!data) {
    return (
      <>
        <PageHead title={t("client.one")} back="#/finance/clients" />
        <ProblemNote problem={client.problem} />
        {!client.problem && <Loading />}
      </>
    );
  }
  const asked = query({ clientId: id, limit: 20 });
  const lead = data.firstPaidAt
    ? t("client.paidSince", { day: date(data.firstPaidAt) })
    : t("client.never");
  return (
    <>
      <PageHead title={data.name} lead={lead} back="#/finance/clients">
        {data.status === "archived" && <Badge>{t("client.archived")}</Badge>}
      </PageHead>
      <div class="split">
        <div class="stack">
          <List<Subscription>
            title={t("finance.subscriptions")}
            icon="repeat"
            none={t("client.noSubscriptions")}
            path={`/billing/subscriptions${asked}`}
            turn={turn}
            row={(one) => <SubscriptionRow key={one.id} one={one} />}
          />
          <List<Invoice>
            title={t("finance.invoices")}
            icon="receipt"
            none={t("client.noInvoices")}
            path={`/billing/invoices${asked}`}
            turn={turn}
            row={(one) => <InvoiceRow key={one.id} invoice={one} />}
          />
          <List<Payment>
            title={t("client.payments")}
            icon="coin"
            none={t("client.noPayments")}
            path={`/billing/payments${asked}`}
            turn={turn}
            row={(one) => (
              <PaymentRow key={one.id} payment={one} onChange={() => setTurn(turn + 1)} />
            )}
          />
        </div>
        <div class="stack">
          <Details client={{ ...client, data }} />
          <Usage key={turn} id={id} />
          {may("operator") && data.status === "active" && (
            <>
              <InvoiceNow clientId={id} onDrawn={() => setTurn(turn + 1)} />
              <NewSubscription clientId={id} onStarted={() => setTurn(turn + 1)} />
              <Extra clientId={id} />
            </>
          )}
        </div>
      </div>
    </>
  );
}
