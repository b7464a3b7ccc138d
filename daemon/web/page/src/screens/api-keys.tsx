import { useState } from "preact/hooks";
import { del, get, post } from "../api/http";
import type { ApiKey, Page } from "../api/types";
import { dateTime } from "../i18n";
import { t } from "../i18n/settings";
import { Badge, Button, Empty, Loading, Panel } from "../ui/basics";
import { confirm, toast, toastProblem } from "../ui/feedback";
import { ProblemNote, SelectField, TextField, useAction } from "../ui/form";
import { Icon } from "../ui/icon";
import { useResource } from "../ui/resource";
import { roleOptions } from "./users";

function Made({ secret }: { secret: string }) {
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => toast(t("common.copied")),
      () => undefined,
    );
  return (
    <div class="notice ok" role="status">
      <Icon name="key" />
      <div>
        <p>{t("keys.once")}</p>
        <code class="secret">{secret}</code>
        <Button small icon="copy" onClick={() => void copy()}>
          {t("common.copy")}
        </Button>
      </div>
    </div>
  );
}

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
  const revoke = async (key: ApiKey) => {
    const sure = await confirm(
      t("keys.revokeTitle", { name: key.name }),
      t("keys.revokeText"),
      t("keys.revoke"),
    );
    if (sure) await del(`/auth/keys/${key.id}`).then(keys.reload, toastProblem);
  };
  return (
    <div class="split">
      <Panel title={t("settings.keys")} icon="key">
        <ProblemNote problem={keys.problem} />
        {!keys.data && !keys.problem && <Loading />}
        {keys.data?.items.length === 0 && (
          <Empty icon="key" title={t("keys.none")} text={t("keys.noneText")} />
        )}
        <ul class="rows">
          {keys.data?.items.map((key) => (
            <li key={key.id} class="user-row">
              <div>
                <b>{key.name}</b>
                <small>
                  {key.createdAt && t("keys.created", { at: dateTime(key.createdAt) })}
                  {key.lastUsedAt && ` · ${t("keys.used", { at: dateTime(key.lastUsedAt) })}`}
                </small>
              </div>
              <Badge>{t(`role.${key.role}`)}</Badge>
              <Button
                kind="quiet"
                small
                icon="trash"
                label={`${t("keys.revoke")}: ${key.name}`}
                onClick={() => void revoke(key)}
              />
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={t("keys.new")} icon="plus">
        {made && <Made secret={made} />}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void create.run();
          }}
        >
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
          <ProblemNote problem={create.problem} except={["name", "role"]} />
          <Button type="submit" kind="primary" busy={create.busy}>
            {t("keys.create")}
          </Button>
        </form>
      </Panel>
    </div>
  );
}
