import { useState } from "preact/hooks";
import { del, get, patch, post } from "../api/http";
import type { Page, Role, User } from "../api/types";
import { t } from "../i18n/settings";
import { user as me } from "../state/session";
import { Badge, Button, Loading, Panel } from "../ui/basics";
import { confirm, toast, toastProblem } from "../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../ui/form";
import { useResource } from "../ui/resource";

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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
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
        <ProblemNote problem={save.problem} except={["name", "username", "password", "role"]} />
        <Button type="submit" kind="primary" busy={save.busy}>
          {t("users.add")}
        </Button>
      </form>
    </Panel>
  );
}

/** Who may enter this page, and what they may do. */
export function Users() {
  const users = useResource("users", () => get<Page<User>>("/auth/users?limit=200"));
  const setRole = (user: User, role: string) =>
    patch(`/auth/users/${user.id}`, { role }).then(users.reload, (problem: unknown) => {
      toastProblem(problem);
      users.reload();
    });
  const remove = async (user: User) => {
    const sure = await confirm(
      t("users.deleteTitle", { name: user.name }),
      t("users.deleteText"),
      t("common.delete"),
    );
    if (sure) await del(`/auth/users/${user.id}`).then(users.reload, toastProblem);
  };
  return (
    <div class="split">
      <Panel title={t("settings.users")} icon="users">
        <ProblemNote problem={users.problem} />
        {!users.data && !users.problem && <Loading />}
        <ul class="rows">
          {users.data?.items.map((user) => (
            <li key={user.id} class="user-row">
              <div>
                <b>{user.name}</b>
                <small>{user.username}</small>
              </div>
              {user.id === me.value?.id ? (
                <Badge tone="accent">{t(`role.${user.role}`)}</Badge>
              ) : (
                <>
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
                  <Button
                    kind="quiet"
                    small
                    icon="trash"
                    label={`${t("common.delete")}: ${user.name}`}
                    onClick={() => void remove(user)}
                  />
                </>
              )}
            </li>
          ))}
        </ul>
      </Panel>
      <NewUser onSaved={users.reload} />
    </div>
  );
}
