import { useState } from "preact/hooks";
import { del, get, post } from "../../../api/http";
import { Badge, Empty, Panel } from "../../../ui/basics";
import { toast } from "../../../ui/feedback";
import { ActionForm, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { EndButton, Roster } from "../../../ui/roster";
import type { OfficeUser, Whole } from "../../api/types";
import { t } from "../../i18n/operations";
import { mayWrite } from "../../session";
import { whoseBody, WhoseFields, whoseText, type Whose } from "./whose";

const BLANK = { name: "", username: "", password: "" };
const READER: Whose = { role: "reader", resellerId: "" };

function New({ onMade }: { onMade: () => void }) {
  const [form, setForm] = useState(BLANK);
  const [whose, setWhose] = useState(READER);
  const make = useAction(async () => {
    await post("/api/users", { ...form, ...whoseBody(whose) });
    toast(t("users.created", { name: form.name }));
    setForm(BLANK);
    onMade();
  });
  const field = (name: keyof typeof BLANK) => ({
    name,
    value: form[name],
    onInput: (text: string) => setForm((all) => ({ ...all, [name]: text })),
    problem: make.problem,
    required: true,
  });
  return (
    <Panel title={t("users.new")} icon="plus">
      <ActionForm
        action={make}
        text={t("users.add")}
        fields={["name", "username", "password", "role", "resellerId"]}
      >
        <TextField label={t("users.name")} {...field("name")} autocomplete="off" />
        <TextField
          label={t("users.username")}
          {...field("username")}
          hint={t("users.usernameHint")}
          autocomplete="off"
        />
        <TextField
          label={t("users.password")}
          {...field("password")}
          type="password"
          hint={t("users.passwordHint")}
          autocomplete="new-password"
        />
        <WhoseFields value={whose} onChange={setWhose} problem={make.problem} />
      </ActionForm>
    </Panel>
  );
}

/** People who sign in with a password. */
export function Users() {
  const users = useResource("users", () => get<Whole<OfficeUser>>("/api/users"));
  const may = mayWrite.value;
  const row = (one: OfficeUser) => (
    <>
      <div>
        <b>{one.name}</b>
        <small>
          {one.username} · {whoseText(one.resellerId)}
        </small>
      </div>
      <Badge>{t(`role.${one.role}`)}</Badge>
      {may && (
        <EndButton
          label={`${t("common.delete")}: ${one.name}`}
          question={{
            title: t("users.dropTitle", { name: one.name }),
            text: t("users.dropText"),
            action: t("common.delete"),
          }}
          end={() => del(`/api/users/${one.id}`)}
          onEnded={users.reload}
        />
      )}
    </>
  );
  return (
    <div class={may ? "split" : "stack"}>
      <Roster
        title={t("people.users")}
        icon="users"
        found={users}
        empty={<Empty icon="users" title={t("users.none")} text={t("users.noneText")} />}
        row={row}
      />
      {may && <New onMade={users.reload} />}
    </div>
  );
}
