import { useState } from "preact/hooks";
import { del, get, post } from "../../../api/http";
import { date } from "../../../i18n";
import { Badge, Button, Empty, Loading, Panel } from "../../../ui/basics";
import { confirm, toastProblem } from "../../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { OfficeKey, Whole } from "../../api/types";
import { t } from "../../i18n/operations";
import { Once } from "../../parts/once";
import { mayWrite } from "../../session";
import { whoseBody, WhoseFields, whoseText, type Whose } from "./whose";

const READER: Whose = { role: "reader", resellerId: "" };

function New({ onMade }: { onMade: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("365");
  const [whose, setWhose] = useState(READER);
  const [made, setMade] = useState("");
  const make = useAction(async () => {
    const body = { name, days: Number(days), ...whoseBody(whose) };
    const key = await post<{ key: string }>("/api/keys", body);
    setMade(key.key);
    setName("");
    onMade();
  });
  return (
    <Panel title={t("keys.new")} icon="plus">
      {made && <Once text={t("keys.once")} secrets={[{ value: made }]} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
      >
        <TextField
          label={t("keys.name")}
          name="name"
          value={name}
          onInput={setName}
          autocomplete="off"
          problem={make.problem}
          required
        />
        <WhoseFields value={whose} onChange={setWhose} problem={make.problem} />
        <TextField
          label={t("keys.days")}
          name="days"
          value={days}
          onInput={setDays}
          type="number"
          min={1}
          max={3650}
          problem={make.problem}
          required
        />
        <ProblemNote problem={make.problem} except={["name", "role", "resellerId", "days"]} />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("keys.create")}
        </Button>
      </form>
    </Panel>
  );
}

/** Keys of programs; a browser's session is none of them. */
export function Keys() {
  const keys = useResource("keys", () => get<Whole<OfficeKey>>("/api/keys"));
  const items = keys.data?.items;
  const drop = async (one: OfficeKey) => {
    const title = t("keys.dropTitle", { name: one.name });
    if (await confirm(title, t("keys.dropText"), t("keys.drop")))
      await del(`/api/keys/${one.id}`).then(keys.reload, toastProblem);
  };
  return (
    <div class={mayWrite.value ? "split" : "stack"}>
      <Panel title={t("people.keys")} icon="key">
        <ProblemNote problem={keys.problem} />
        {!items && !keys.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="key" title={t("keys.none")} text={t("keys.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <li key={one.id} class="list-row">
              <span>
                <b>{one.name}</b>
                <small>
                  {whoseText(one.resellerId)} · {t("keys.until", { when: date(one.expiresAt) })}
                </small>
              </span>
              <Badge>{t(`role.${one.role}`)}</Badge>
              {mayWrite.value && (
                <Button
                  kind="quiet"
                  small
                  icon="trash"
                  label={`${t("keys.drop")}: ${one.name}`}
                  onClick={() => void drop(one)}
                />
              )}
            </li>
          ))}
        </ul>
      </Panel>
      {mayWrite.value && <New onMade={keys.reload} />}
    </div>
  );
}
