import { useState } from "preact/hooks";
import { del, get, patch, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money } from "../../i18n";
import { t } from "../../i18n/contacts";
import { moneyText } from "../../money";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { centavos, MoneyField } from "../../ui/money-field";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

interface Deal {
  id: string;
  title: string;
  valueCentavos: number;
  currency: string;
  stage: string;
  externalId: string | null;
  updatedAt: string;
}

interface FormProps {
  deal: Deal | null;
  onSaved: () => void;
  onCancel: () => void;
}

function DealForm({ deal, onSaved, onCancel }: FormProps) {
  const [title, setTitle] = useState(deal?.title ?? "");
  const [value, setValue] = useState(deal ? moneyText(deal.valueCentavos) : "");
  const [stage, setStage] = useState(deal?.stage ?? "");
  const [external, setExternal] = useState(deal?.externalId ?? "");
  const save = useAction(async () => {
    const body = {
      title,
      valueCentavos: centavos(value, "valueCentavos") ?? 0,
      externalId: external || null,
      ...(stage ? { stage } : {}),
    };
    await (deal ? patch(`/deals/${deal.id}`, body) : post("/deals", body));
    toast(t("common.saved"));
    setTitle("");
    setValue("");
    onSaved();
  });
  const { problem } = save;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t("deals.titleOf")}
        name="title"
        value={title}
        onInput={setTitle}
        autocomplete="off"
        problem={problem}
        required
      />
      <MoneyField
        label={t("deals.value")}
        name="valueCentavos"
        value={value}
        onInput={setValue}
        problem={problem}
      />
      <TextField
        label={t("deals.stage")}
        name="stage"
        value={stage}
        onInput={setStage}
        autocomplete="off"
        problem={problem}
        required={false}
      />
      <TextField
        label={t("deals.external")}
        name="externalId"
        value={external}
        onInput={setExternal}
        autocomplete="off"
        problem={problem}
        required={false}
      />
      <ProblemNote problem={problem} except={["title", "valueCentavos", "stage", "externalId"]} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={save.busy}>
          {t(deal ? "common.save" : "deals.add")}
        </Button>
        {deal && <Button onClick={onCancel}>{t("common.cancel")}</Button>}
      </div>
    </form>
  );
}

/** Sales on their way. */
export function Deals() {
  const [stage, setStage] = useState("");
  const [editing, setEditing] = useState<Deal | null>(null);
  const path = `/deals${query({ stage: stage.trim(), limit: 50 })}`;
  const list = useResource(path, () => get<Page<Deal>>(path));
  const items = list.data?.items;
  const remove = async (deal: Deal) => {
    const title = t("deals.deleteTitle", { name: deal.title });
    if (await confirm(title, t("deals.deleteText"), t("common.delete"))) {
      await del(`/deals/${deal.id}`).then(list.reload, toastProblem);
    }
  };
  return (
    <div class="split">
      <Panel title={t("tab.deals")} icon="coin">
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <label>
            {t("deals.stage")}
            <input
              value={stage}
              placeholder={t("deals.anyStage")}
              onInput={(event) => setStage(event.currentTarget.value)}
            />
          </label>
        </form>
        <ProblemNote problem={list.problem} />
        {!items && !list.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="coin" title={t("deals.none")} text={t("deals.noneText")} />
        )}
        <ul class="rows">
          {items?.map((deal) => (
            <li key={deal.id} class="list-row">
              <span>
                <b>{deal.title}</b>
                <small>{[date(deal.updatedAt), deal.externalId].filter(Boolean).join(" · ")}</small>
              </span>
              <Badge>{deal.stage}</Badge>
              <b class="amount end">{money(deal.valueCentavos, deal.currency)}</b>
              {may("operator") && (
                <div class="row-actions">
                  <Button
                    small
                    kind="quiet"
                    label={t("deals.editOf", { name: deal.title })}
                    onClick={() => setEditing(deal)}
                  >
                    {t("common.edit")}
                  </Button>
                  <Button
                    small
                    kind="quiet"
                    icon="trash"
                    label={t("deals.delete", { name: deal.title })}
                    onClick={() => void remove(deal)}
                  />
                </div>
              )}
            </li>
          ))}
        </ul>
        <More list={list} path={path} />
      </Panel>
      {may("operator") && (
        <Panel title={t(editing ? "deals.edit" : "deals.new")} icon="plus">
          <DealForm
            key={editing?.id ?? "new"}
            deal={editing}
            onSaved={() => {
              setEditing(null);
              list.reload();
            }}
            onCancel={() => setEditing(null)}
          />
        </Panel>
      )}
    </div>
  );
}
