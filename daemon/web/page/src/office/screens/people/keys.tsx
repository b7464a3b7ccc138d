import { useState } from "preact/hooks";
import { del, get, post } from "../../../api/http";
import { date } from "../../../i18n";
import { Badge, Empty, Panel } from "../../../ui/basics";
import { ActionForm, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { EndButton, Roster } from "../../../ui/roster";
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
      <ActionForm
        action={make}
        text={t("keys.create")}
        fields={["name", "role", "resellerId", "days"]}
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
      </ActionForm>
    </Panel>
  );
}

/** Keys of programs; a browser's session is none of them. */
export function Keys() {
  const keys = useResource("keys", () => get<Whole<OfficeKey>>("/api/keys"));
  const may = mayWrite.value;
  const row = (one: OfficeKey) => (
    <>
      <div>
        <b>{one.name}</b>
        <small>
          {whoseText(one.resellerId)} · {t("keys.until", { when: date(one.expiresAt) })}
        </small>
      </div>
      <Badge>{t(`role.${one.role}`)}</Badge>
      {may && (
        <EndButton
          label={`${t("keys.drop")}: ${one.name}`}
          question={{
            title: t("keys.dropTitle", { name: one.name }),
            text: t("keys.dropText"),
            action: t("keys.drop"),
          }}
          end={() => del(`/api/keys/${one.id}`)}
          onEnded={keys.reload}
        />
      )}
    </>
  );
  return (
    <div class={may ? "split" : "stack"}>
      <Roster
        title={t("people.keys")}
        icon="key"
        found={keys}
        empty={<Empty icon="key" title={t("keys.none")} text={t("keys.noneText")} />}
        row={row}
      />
      {may && <New onMade={keys.reload} />}
    </div>
  );
}
