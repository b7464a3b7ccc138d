import { useState } from "preact/hooks";
import { get, post, query } from "../../../api/http";
import { money, number } from "../../../i18n";
import { go } from "../../../router";
import { Badge, Button, Empty, Loading, PageHead, Panel } from "../../../ui/basics";
import { toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../../../ui/form";
import { More } from "../../../ui/more";
import { useResource } from "../../../ui/resource";
import type { Subscription } from "../../api/billing";
import type { Page, Tenant, Whole } from "../../api/types";
import { t } from "../../i18n/business";
import { Pick } from "../../parts/pick";
import { resellerOptions, useResellers } from "../../parts/resellers";
import { allTenants, type Choice } from "../../parts/target";
import { mayWrite, ofPlatform } from "../../session";
import { TenantPage } from "./one";

const STATES = ["", "active", "cancelled"] as const;
const PAGE = 50;

function New() {
  const resellers = useResellers();
  const [form, setForm] = useState({ id: "", name: "", resellerId: "" });
  const make = useAction(async () => {
    const made = await post<Tenant>("/api/tenants", form);
    toast(t("tenants.created"));
    go(`/tenants/${made.id}`);
  });
  const field = (name: "id" | "name") => ({
    name,
    value: form[name],
    onInput: (text: string) => setForm({ ...form, [name]: text }),
    problem: make.problem,
    autocomplete: "off",
    required: true,
  });
  return (
    <Panel title={t("tenants.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField label={t("tenants.name")} {...field("name")} />
        <TextField label={t("tenants.id")} {...field("id")} hint={t("tenants.idHint")} />
        {ofPlatform.value && (
          <SelectField
            label={t("column.reseller")}
            name="resellerId"
            value={form.resellerId}
            onChange={(resellerId) => setForm({ ...form, resellerId })}
            options={[
              ["", t("unknown")],
              ...resellers.map(({ id, name }): [string, string] => [id, name]),
            ]}
            problem={make.problem}
          />
        )}
        <ProblemNote problem={make.problem} except={["id", "name", "resellerId"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("tenants.create")}
        </Button>
      </form>
    </Panel>
  );
}

function SubscriptionRow({ one }: { one: Subscription }) {
  return (
    <li>
      <a class="list-row" href={`#/tenants/${one.tenantId}`}>
        <span>
          <b>{one.tenant || one.tenantId}</b>
          <small>
            {one.plan}
            {ofPlatform.value && ` · ${one.resellerId}`}
          </small>
        </span>
        {one.state === "cancelled" && <Badge>{t("subscription.cancelled")}</Badge>}
        <span class="amount end">{money(one.mrrCentavos, one.currency)}</span>
      </a>
    </li>
  );
}

function Subscriptions() {
  const [asked, setAsked] = useState({ state: "active", q: "", resellerId: "" });
  const resellers = useResellers();
  const path = `/api/subscriptions${query({ ...asked, limit: PAGE })}`;
  const found = useResource(path, () => get<Page<Subscription>>(path));
  const items = found.data?.items;
  return (
    <Panel title={t("tenants.subscriptions")} icon="repeat">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("tenants.search")}
          <input
            type="search"
            value={asked.q}
            onChange={(event) => setAsked({ ...asked, q: event.currentTarget.value })}
          />
        </label>
        <Pick
          label={t("subscription.state")}
          value={asked.state}
          onChange={(state) => setAsked({ ...asked, state })}
          options={STATES.map((one): [string, string] => [one, t(`state.${one || "all"}`)])}
        />
        {ofPlatform.value && (
          <Pick
            label={t("column.reseller")}
            value={asked.resellerId}
            onChange={(resellerId) => setAsked({ ...asked, resellerId })}
            options={resellerOptions(resellers)}
          />
        )}
      </form>
      <ProblemNote problem={found.problem} />
      {!items && !found.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="repeat" title={t("tenants.noneFound")} text={t("tenants.noneFoundText")} />
      )}
      <ul class="rows">
        {items?.map((one) => (
          <SubscriptionRow key={one.tenantId} one={one} />
        ))}
      </ul>
      <More list={found} path={path} />
    </Panel>
  );
}

/** As people search: without capitals and accents. */
const folded = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Every tenant by id; the API goes on after the last one. */
function All() {
  const list = (after: string) =>
    get<Whole<Tenant>>(`/api/tenants${query({ after, limit: PAGE })}`);
  const found = useResource("tenants", () => list(""));
  const items = found.data?.items;
  const [over, setOver] = useState(false);
  const [q, setQ] = useState("");
  const all = useResource(`all ${q ? "asked" : ""}`, () =>
    q ? allTenants() : Promise.resolve([] as Choice[]),
  );
  const hits = q
    ? all.data?.filter((one) => folded(`${one.text} ${one.id}`).includes(folded(q)))
    : items?.map((one) => ({ ...one, text: one.name }));
  const more = async () => {
    const next = await list(items?.at(-1)?.id ?? "");
    found.set((old) => ({ items: [...old.items, ...next.items] }));
    setOver(next.items.length < PAGE);
  };
  return (
    <Panel title={t("tenants.all")} icon="users">
      <ProblemNote problem={found.problem} />
      {!items && !found.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="users" title={t("tenants.none")} text={t("tenants.noneText")} />
      )}
      {items && items.length > 0 && (
        <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            {t("tenants.searchAll")}
            <input type="search" value={q} onInput={(event) => setQ(event.currentTarget.value)} />
          </label>
        </form>
      )}
      {q && hits?.length === 0 && <p class="quiet-note">{t("tenants.noHit")}</p>}
      <ul class="rows">
        {hits?.slice(0, q ? PAGE : undefined).map((one) => (
          <li key={one.id}>
            <a class="list-row" href={`#/tenants/${one.id}`}>
              <span>
                <b>{one.text}</b>
                <small class="mono">{one.id}</small>
              </span>
              <small class="end">{one.resellerId}</small>
            </a>
          </li>
        ))}
      </ul>
      {!q && items && items.length >= PAGE && !over && (
        <Button small kind="quiet" onClick={() => void more().catch(toastProblem)}>
          {t("common.more")} ({number(items.length)})
        </Button>
      )}
    </Panel>
  );
}

/** Who uses the boxes, and what they pay. */
export function Tenants({ id }: { id?: string | undefined }) {
  if (id) return <TenantPage key={id} id={id} />;
  return (
    <>
      <PageHead title={t("nav.tenants")} lead={t("tenants.lead")} />
      <div class={mayWrite.value ? "split" : "stack"}>
        <div class="stack">
          <Subscriptions />
          <All />
        </div>
        {mayWrite.value && <New />}
      </div>
    </>
  );
}
