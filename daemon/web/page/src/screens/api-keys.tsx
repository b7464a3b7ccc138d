import { useState } from "preact/hooks";
import { del, get, post } from "../api/http";
import type { ApiKey, Page } from "../api/types";
import { dateTime } from "../i18n";
import { t } from "../i18n/settings";
import { Badge, Empty, Panel } from "../ui/basics";
import { ActionForm, SelectField, TextField, useAction } from "../ui/form";
import { useResource } from "../ui/resource";
import { EndButton, Roster } from "../ui/roster";
import { SecretOnce } from "../ui/secret";
import { roleOptions } from "./users";

/** Keys with which other programs use the API. */
export function ApiKeys() {
  const keys = useResource("keys", () => get<Page<ApiKey>>("/auth/keys?limit=200"));
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [made, setMade] = useState("");
  const create = useAction(async () => {
    const key = await post<ApiKey>("/auth/keys", { name, role });
    setMade(key.key ?? "");
    setName("");
    keys.reload();
  });
  const row = (key: ApiKey) => (
    <>
      <div>
        <b>{key.name}</b>
        <small>
          {key.createdAt && t("keys.created", { at: dateTime(key.createdAt) })}
          {key.lastUsedAt && ` · ${t("keys.used", { at: dateTime(key.lastUsedAt) })}`}
        </small>
      </div>
      <Badge>{t(`role.${key.role}`)}</Badge>
      <EndButton
        label={`${t("keys.revoke")}: ${key.name}`}
        question={{
          title: t("keys.revokeTitle", { name: key.name }),
          text: t("keys.revokeText"),
          action: t("keys.revoke"),
        }}
        end={() => del(`/auth/keys/${key.id}`)}
        onEnded={keys.reload}
      />
    </>
  );
  return (
    <div class="split">
      <Roster
        title={t("settings.keys")}
        icon="key"
        found={keys}
        empty={<Empty icon="key" title={t("keys.none")} text={t("keys.noneText")} />}
        row={row}
      />
      <Panel title={t("keys.new")} icon="plus">
        {made && <SecretOnce note={t("keys.once")} text={made} />}
        <ActionForm action={create} text={t("keys.create")} fields={["name", "role"]}>
          <TextField
            label={t("keys.name")}
            name="name"
            value={name}
            onInput={setName}
            placeholder={t("keys.nameExample")}
            autocomplete="off"
            problem={create.problem}
            required
          />
          <SelectField
            label={t("users.role")}
            name="role"
            value={role}
            onChange={setRole}
            options={roleOptions()}
            hint={t("users.roleHint")}
            problem={create.problem}
          />
        </ActionForm>
      </Panel>
    </div>
  );
}
