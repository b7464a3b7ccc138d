import { useState } from "preact/hooks";
import { del, get, patch, post, query } from "../../api/http";
import type { Page } from "../../api/types";
import { date, money } from "../../i18n";
import { t } from "../../i18n/contacts";
import { moneyText } from "../../money";
import { may } from "../../state/session";
import { ActionForm, useDraft } from "../../ui/action-form";
import { Badge, Button, Empty, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { TextField, useAction } from "../../ui/form";
import { ListPanel } from "../../ui/list-panel";
import { centavos, MoneyField } from "../../ui/money-field";
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
  const { values, put, text } = useDraft({
    title: deal?.title ?? "",
    value: deal ? moneyText(deal.valueCentavos) : "",
    stage: deal?.stage ?? "",
    external: deal?.externalId ?? "",
  });
  const save = useAction(async () => {
    const { title, value, stage, external } = values;
    const body = {
      title,
      valueCentavos: centavos(value, "valueCentavos") ?? 0,
      externalId: external || null,
      ...(stage ? { stage } : {}),
    };
    await (deal ? patch(`/deals/${deal.id}`, body) : post("/deals", body));
    toast(t("common.saved"));
    put({ title: "", value: "" });
    onSaved();
  });
  const { problem } = save;
  return (
    <ActionForm
      action={save}
      submit={t(deal ? "common.save" : "deals.add")}
      fields={["title", "valueCentavos", "stage", "externalId"]}
      onCancel={deal ? onCancel : undefined}
    >
      <TextField label={t("deals.titleOf")} {...text("title", problem)} required />
      <MoneyField
        label={t("deals.value")}
        name="valueCentavos"
        value={values.value}
        onInput={(value) => put({ value })}
        problem={problem}
      />
      <TextField label={t("deals.stage")} {...text("stage", problem)} required={false} />
      <TextField
        label={t("deals.external")}
        {...text("external", problem, "externalId")}
        required={false}
      />
    </ActionForm>
  );
}

interface RowProps {
  deal: Deal;
  onEdit: () => void;
  onRemove: () => void;
}

function Row({ deal, onEdit, onRemove }: RowProps) {
  const name = deal.title;
  return (
    <li class="list-row">
      <span>
        <b>{name}</b>
        <small>{[date(deal.updatedAt), deal.externalId].filter(Boolean).join(" · ")}</small>
      </span>
      <Badge>{deal.stage}</Badge>
      <b class="amount end">{money(deal.valueCentavos, deal.currency)}</b>
      {may("operator") && (
        <div class="row-actions">
          <Button small kind="quiet" label={t("deals.editOf", { name })} onClick={onEdit}>
            {t("common.edit")}
          </Button>
          <Button
            small
            kind="quiet"
            icon="trash"
            label={t("deals.delete", { name })}
            onClick={onRemove}
          />
        </div>
      )}
    </li>
  );
}

/** Sales on their way. */
export function Deals() {
  const [stage, setStage] = useState("");
  const [editing, setEditing] = useState<Deal | null>(null);
  const path = `/deals${query({ stage: stage.trim(), limit: 50 })}`;
  const list = useResource(path, () => get<Page<Deal>>(path));
  const remove = async (deal: Deal) => {
    const title = t("deals.deleteTitle", { name: deal.title });
    if (await confirm(title, t("deals.deleteText"), t("common.delete"))) {
      await del(`/deals/${deal.id}`).then(list.reload, toastProblem);
    }
  };
  return (
    <div class="split">
      <ListPanel
        title={t("tab.deals")}
        icon="coin"
        list={list}
        path={path}
        filters={
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
        }
        empty={<Empty icon="coin" title={t("deals.none")} text={t("deals.noneText")} />}
      >
        {(deal) => (
          <Row
            key={deal.id}
            deal={deal}
            onEdit={() => setEditing(deal)}
            onRemove={() => void remove(deal)}
          />
        )}
      </ListPanel>
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
