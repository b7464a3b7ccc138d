import { useState } from "preact/hooks";
import { get, post, query } from "../../../api/http";
import { go } from "../../../router";
import { Badge, Button, Empty, Loading, PageHead, Panel } from "../../../ui/basics";
import { toast } from "../../../ui/feedback";
import { ProblemNote, SelectField, Switch, TextField, useAction } from "../../../ui/form";
import { More } from "../../../ui/more";
import { useResource } from "../../../ui/resource";
import type { Plan, Tier } from "../../api/billing";
import type { Page } from "../../api/types";
import { count, t } from "../../i18n/business";
import { Pick } from "../../parts/pick";
import { useResellers } from "../../parts/resellers";
import { mayWrite, ofPlatform } from "../../session";
import { each, PlanPage } from "./one";
import { PRICE_FIELDS, priceBody, PriceFields, priceText } from "./version-form";

function Owner(props: {
  tier: Tier;
  resellerId: string;
  onChange: (resellerId: string) => void;
  problem: Parameters<typeof ProblemNote>[0]["problem"];
}) {
  const resellers = useResellers();
  const any: [string, string] =
    props.tier === "wholesale" ? ["", t("plan.resellerAny")] : ["", t("unknown")];
  return (
    <SelectField
      label={t("plan.reseller")}
      name="resellerId"
      value={props.resellerId}
      onChange={props.onChange}
      options={[any, ...resellers.map(({ id, name }): [string, string] => [id, name])]}
    />
  );
}

function New({ onMade }: { onMade: () => void }) {
  const [tier, setTier] = useState<Tier>("retail");
  const [resellerId, setReseller] = useState("");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [wholesalePlanId, setWholesale] = useState("");
  const [price, setPrice] = useState(priceText(null));
  const wholesale = useResource("wholesale", () =>
    get<Page<Plan>>("/api/plans?tier=wholesale&limit=200"),
  );
  const make = useAction(async () => {
    const body = {
      tier,
      resellerId,
      name,
      description,
      wholesalePlanId: tier === "retail" ? wholesalePlanId : "",
      version: priceBody(price),
    };
    const made = await post<Plan>("/api/plans", body);
    toast(t("plan.created"));
    onMade();
    go(`/plans/${made.id}`);
  });
  const { problem } = make;
  return (
    <Panel title={t("plans.new")} icon="plus">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        {ofPlatform.value && (
          <div class="columns">
            <SelectField
              label={t("plan.tier")}
              name="tier"
              value={tier}
              onChange={(value) => setTier(value as Tier)}
              options={[
                ["retail", t("tier.retail")],
                ["wholesale", t("tier.wholesale")],
              ]}
            />
            <Owner tier={tier} resellerId={resellerId} onChange={setReseller} problem={problem} />
          </div>
        )}
        <TextField
          label={t("plan.name")}
          name="name"
          value={name}
          onInput={setName}
          autocomplete="off"
          problem={problem}
          required
        />
        <TextField
          label={t("plan.description")}
          name="description"
          value={description}
          onInput={setDescription}
          rows={2}
          problem={problem}
          required={false}
        />
        {tier === "retail" && (
          <SelectField
            label={t("plan.wholesale")}
            name="wholesalePlanId"
            value={wholesalePlanId}
            onChange={setWholesale}
            options={[
              ["", t("plan.wholesaleNone")],
              ...(wholesale.data?.items ?? []).map((one): [string, string] => [one.id, one.name]),
            ]}
            problem={problem}
          />
        )}
        <PriceFields value={price} onChange={setPrice} problem={problem} />
        <ProblemNote
          problem={problem}
          except={["name", "description", "wholesalePlanId", ...PRICE_FIELDS]}
        />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("plan.create")}
        </Button>
      </form>
    </Panel>
  );
}

function Row({ plan }: { plan: Plan }) {
  return (
    <li>
      <a class="list-row" href={`#/plans/${plan.id}`}>
        <span>
          <b>{plan.name}</b>
          <small>
            {t(`tier.${plan.tier}`)}
            {plan.resellerId && ` · ${plan.resellerId}`} ·{" "}
            {count("plan.subscribers", plan.subscribers)}
          </small>
        </span>
        {Boolean(plan.archived) && <Badge>{t("plans.archivedBadge")}</Badge>}
        <span class="end">{plan.current ? each(plan.current) : t("plan.future")}</span>
      </a>
    </li>
  );
}

/** The price book. */
export function Plans({ id }: { id?: string | undefined }) {
  const [tier, setTier] = useState("");
  const [archived, setArchived] = useState(false);
  const path = `/api/plans${query({ tier, archived: archived ? "true" : "", limit: 50 })}`;
  const found = useResource(path, () => get<Page<Plan>>(path));
  if (id) return <PlanPage key={id} id={id} />;
  const items = found.data?.items;
  return (
    <>
      <PageHead title={t("nav.plans")} lead={t("plans.lead")} />
      <div class={mayWrite.value ? "split even" : "stack"}>
        <Panel title={t("nav.plans")} icon="plan" class="form-panel">
          <form class="filters" onSubmit={(event) => event.preventDefault()}>
            <Pick
              label={t("tier")}
              value={tier}
              onChange={setTier}
              options={[
                ["", t("fleet.allOf")],
                ["retail", t("tier.retail")],
                ["wholesale", t("tier.wholesale")],
              ]}
            />
          </form>
          <Switch label={t("plans.archived")} checked={archived} onChange={setArchived} />
          <ProblemNote problem={found.problem} />
          {!items && !found.problem && <Loading />}
          {items?.length === 0 && (
            <Empty icon="plan" title={t("plans.none")} text={t("plans.noneText")} />
          )}
          <ul class="rows">
            {items?.map((plan) => (
              <Row key={plan.id} plan={plan} />
            ))}
          </ul>
          <More list={found} path={path} />
        </Panel>
        {mayWrite.value && <New onMade={found.reload} />}
      </div>
    </>
  );
}
