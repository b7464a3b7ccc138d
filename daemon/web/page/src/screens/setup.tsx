import { useState } from "preact/hooks";
import { t } from "../i18n";
import { route } from "../router";
import { box, setUp } from "../state/session";
import { strength } from "../strength";
import { Button, ButtonLink } from "../ui/basics";
import { ProblemNote, TextField, useAction } from "../ui/form";
import { Gate } from "./gate";

const WORDS = ["strength.0", "strength.1", "strength.2", "strength.3"] as const;

function StrengthMeter({ password }: { password: string }) {
  const level = strength(password);
  return (
    <span class={`strength s${password ? level : "none"}`}>
      <span class="bars" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      {password ? t(WORDS[level]) : t("setup.passwordHint")}
    </span>
  );
}

/** The first person of the box, by the one-time link that the daemon printed. */
export function Setup() {
  const linked = route.value.query.get("token") ?? "";
  const [form, setForm] = useState({ token: "", name: "", username: "", password: "" });
  const [repeated, setRepeated] = useState("");
  const create = useAction(() =>
    setUp({ ...form, token: linked || form.token, username: form.username.trim() }),
  );
  const change = (field: keyof typeof form) => (value: string) =>
    setForm((current) => ({ ...current, [field]: value }));
  const differs = repeated !== "" && repeated !== form.password;

  if (!box.value?.setupNeeded) {
    return (
      <Gate title={t("setup.doneTitle")} lead={t("setup.doneText")}>
        <ButtonLink href="#/login" kind="primary">
          {t("login.action")}
        </ButtonLink>
      </Gate>
    );
  }
  return (
    <Gate title={t("setup.title")} lead={t("setup.lead")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (repeated === form.password) void create.run();
        }}
      >
        {!linked && (
          <TextField
            label={t("setup.token")}
            name="token"
            value={form.token}
            onInput={change("token")}
            hint={t("setup.tokenHint")}
            autocomplete="one-time-code"
            problem={create.problem}
            required
          />
        )}
        <TextField
          label={t("setup.name")}
          name="name"
          value={form.name}
          onInput={change("name")}
          autocomplete="name"
          problem={create.problem}
          required
        />
        <TextField
          label={t("login.username")}
          name="username"
          value={form.username}
          onInput={change("username")}
          autocomplete="username"
          hint={t("setup.usernameHint")}
          problem={create.problem}
          required
        />
        <TextField
          label={t("login.password")}
          name="password"
          type="password"
          value={form.password}
          onInput={change("password")}
          autocomplete="new-password"
          hint={<StrengthMeter password={form.password} />}
          problem={create.problem}
          required
        />
        <TextField
          label={t("setup.repeat")}
          name="repeat"
          type="password"
          value={repeated}
          onInput={setRepeated}
          autocomplete="new-password"
          error={differs ? t("setup.differs") : undefined}
          required
        />
        <ProblemNote
          problem={create.problem}
          except={["name", "username", "password", ...(linked ? [] : ["token"])]}
        />
        <Button type="submit" kind="primary" busy={create.busy}>
          {t("setup.action")}
        </Button>
      </form>
    </Gate>
  );
}
