import { useState } from "preact/hooks";
import { del, get, post } from "../../../api/http";
import { Badge, Button, Empty, Loading, Panel } from "../../../ui/basics";
import { confirm, toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make.run();
        }}
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
        <ProblemNote
          problem={make.problem}
          except={["name", "username", "password", "role", "resellerId"]}
        />
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("users.add")}
        </Button>
      </form>
    </Panel>
  );
}

/** People who sign in with a password. */
export function Users() {
  const users = useResource("users", () => get<Whole<OfficeUser>>("/api/users"));
  const items = users.data?.items;
  const drop = async (one: OfficeUser) => {
    const title = t("users.dropTitle", { name: one.name });
    if (await confirm(title, t("users.dropText"), t("common.delete")))
      await del(`/api/users/${one.id}`).then(users.reload, toastProblem);
  };
  return (
    <div class={mayWrite.value ? "split" : "stack"}>
      <Panel title={t("people.users")} icon="users">
        <ProblemNote problem={users.problem} />
        {!items && !users.problem && <Loading />}
        {items?.length === 0 && (
          <Empty icon="users" title={t("users.none")} text={t("users.noneText")} />
        )}
        <ul class="rows">
          {items?.map((one) => (
            <li key={one.id} class="list-row">
              <span>
                <b>{one.name}</b>
                <small>
                  {one.username} · {whoseText(one.resellerId)}
                </small>
              </span>
              <Badge>{t(`role.${one.role}`)}</Badge>
              {mayWrite.value && (
                <Button
                  kind="quiet"
                  small
                  icon="trash"
                  label={`${t("common.delete")}: ${one.name}`}
                  onClick={() => void drop(one)}
                />
              )}
            </li>
          ))}
        </ul>
      </Panel>
      {mayWrite.value && <New onMade={users.reload} />}
    </div>
  );
}
