import { useState } from "preact/hooks";
import { del, get, patch, post } from "../api/http";
import type { Page, Role, User } from "../api/types";
import { t } from "../i18n/settings";
import { user as me } from "../state/session";
import { Badge, Panel } from "../ui/basics";
import { toast, toastProblem } from "../ui/feedback";
import { ActionForm, SelectField, TextField, useAction } from "../ui/form";
import { useResource } from "../ui/resource";
import { EndButton, Roster } from "../ui/roster";

const ROLES: Role[] = ["viewer", "operator", "owner"];
const BLANK = { name: "", username: "", password: "", role: "operator" };

export const roleOptions = (): [string, string][] => ROLES.map((role) => [role, t(`role.${role}`)]);

function NewUser({ onSaved }: { onSaved: () => void }) {
  const [form, setForm] = useState(BLANK);
  const change = (name: keyof typeof BLANK) => (value: string) =>
    setForm((all) => ({ ...all, [name]: value }));
  const save = useAction(async () => {
    await post("/auth/users", form);
    toast(t("users.created", { name: form.name }));
    setForm(BLANK);
    onSaved();
  });
  const field = (name: "name" | "username" | "password") => ({
    name,
    value: form[name],
    onInput: change(name),
    problem: save.problem,
    required: true,
  });
  return (
    <Panel title={t("users.new")} icon="plus">
      <ActionForm
        action={save}
        text={t("users.add")}
        fields={["name", "username", "password", "role"]}
      >
        <TextField {...field("name")} label={t("setup.name")} autocomplete="off" />
        <TextField {...field("username")} label={t("login.username")} autocomplete="off" />
        <TextField
          {...field("password")}
          label={t("login.password")}
          type="password"
          autocomplete="new-password"
          hint={t("setup.passwordHint")}
        />
        <SelectField
          label={t("users.role")}
          name="role"
          value={form.role}
          onChange={change("role")}
          options={roleOptions()}
          hint={t("users.roleHint")}
          problem={save.problem}
        />
      </ActionForm>
    </Panel>
  );
}

const Name = ({ user }: { user: User }) => (
  <div>
    <b>{user.name}</b>
    <small>{user.username}</small>
  </div>
);

/** Who may enter this page, and what they may do. */
export function Users() {
  const users = useResource("users", () => get<Page<User>>("/auth/users?limit=200"));
  const setRole = (user: User, role: string) =>
    patch(`/auth/users/${user.id}`, { role }).then(users.reload, (problem: unknown) => {
      toastProblem(problem);
      users.reload();
    });
  const row = (user: User) =>
    user.id === me.value?.id ? (
      <>
        <Name user={user} />
        <Badge tone="accent">{t(`role.${user.role}`)}</Badge>
      </>
    ) : (
      <>
        <Name user={user} />
        <select
          aria-label={t("users.roleOf", { name: user.name })}
          value={user.role}
          onChange={(event) => void setRole(user, event.currentTarget.value)}
        >
          {roleOptions().map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </select>
        <EndButton
          label={`${t("common.delete")}: ${user.name}`}
          question={{
            title: t("users.deleteTitle", { name: user.name }),
            text: t("users.deleteText"),
            action: t("common.delete"),
          }}
          end={() => del(`/auth/users/${user.id}`)}
          onEnded={users.reload}
        />
      </>
    );
  return (
    <div class="split">
      <Roster title={t("settings.users")} icon="users" found={users} row={row} />
      <NewUser onSaved={users.reload} />
    </div>
  );
}
