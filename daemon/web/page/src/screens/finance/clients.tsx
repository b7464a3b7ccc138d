import { useState } from "preact/hooks";
import type { Client } from "../../api/finance";
import { get, patch, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date } from "../../i18n";
import { t } from "../../i18n/finance";
import { phone } from "../../phone";
import { go } from "../../router";
import { learn } from "../../state/names";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

const FIELDS = ["name", "email", "phone", "document", "externalId"] as const;
type Values = Record<(typeof FIELDS)[number], string>;

interface FormProps {
  client?: Client;
  onSaved: (client: Client) => void;
}

/** What is known of a client, to be added or changed. */
export function ClientForm({ client, onSaved }: FormProps) {
  const blank: Values = {
    name: client?.name ?? "",
    email: client?.email ?? "",
    phone: client?.phone ?? "",
    document: client?.document ?? "",
    externalId: client?.externalId ?? "",
  };
  const [values, setValues] = useState(blank);
  const set = (name: keyof Values) => (text: string) => setValues({ ...values, [name]: text });
  const save = useAction(async () => {
    const body = {
      name: values.name,
      email: values.email || null,
      phone: values.phone.replace(/[\s()+-]/g, "") || null,
      document: values.document || null,
      externalId: values.externalId || null,
    };
    const saved = await (client
      ? patch<Client>(`/billing/clients/${client.id}`, body)
      : post<Client>("/billing/clients", body));
    learn([saved]);
    onSaved(saved);
  });
  const field = (name: keyof Values) => ({
    name,
    value: values[name],
    onInput: set(name),
    problem: save.problem,
    autocomplete: "off",
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField label={t("client.name")} {...field("name")} required maxLength={120} />
      <TextField
        label={t("client.phone")}
        {...field("phone")}
        hint={t("client.phoneHint")}
        type="tel"
        required={false}
      />
      <TextField label={t("client.email")} {...field("email")} type="email" required={false} />
      <TextField label={t("client.document")} {...field("document")} required={false} />
      <TextField label={t("client.external")} {...field("externalId")} required={false} />
      <ProblemNote problem={save.problem} except={[...FIELDS]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t(client ? "common.save" : "client.create")}
        </Button>
      </div>
    </form>
  );
}

function Row({ client }: { client: Client }) {
  const reach = [client.phone && phone(client.phone), client.email].filter(Boolean).join(" · ");
  return (
    <li>
      <a class="list-row" href={`#/finance/clients/${client.id}`}>
        <span>
          <b>{client.name}</b>
          <small>{reach || t("client.since", { day: date(client.createdAt) })}</small>
        </span>
        {client.status === "archived" && <Badge>{t("client.archived")}</Badge>}
        <small class="end">
          {client.firstPaidAt
            ? t("client.paidSince", { day: date(client.firstPaidAt) })
            : t("client.never")}
        </small>
      </a>
    </li>
  );
}

/** Who subscribes, and who may. */
export function Clients() {
  const [status, setStatus] = useState("active");
  const path = `/billing/clients${query({ status, limit: 50 })}`;
  const clients = useResource(path, () => get<Page<Client>>(path));
  const items = clients.data?.items;
  return (
    <div class="split">
      <Panel
        title={t("finance.clients")}
        icon="users"
        actions={
          <select
            class="compact"
            aria-label={t("invoice.status")}
            value={status}
            onChange={(event) => setStatus(event.currentTarget.value)}
          >
            <option value="active">{t("client.status.active")}</option>
            <option value="archived">{t("client.status.archived")}</option>
            <option value="">{t("common.all")}</option>
          </select>
        }
      >
        <ProblemNote problem={clients.problem} />
        {!items && !clients.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="users" title={t("client.none")} text={t("client.noneText")} />
        )}
        <ul class="rows">
          {items?.map((client) => (
            <Row key={client.id} client={client} />
          ))}
        </ul>
        <More list={clients} path={path} />
      </Panel>
      {may("operator") && (
        <Panel title={t("client.new")} icon="plus">
          <ClientForm
            onSaved={(client) => {
              toast(t("client.created", { name: client.name }));
              go(`/finance/clients/${client.id}`);
            }}
          />
        </Panel>
      )}
    </div>
  );
}
