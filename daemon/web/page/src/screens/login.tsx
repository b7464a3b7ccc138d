import { useState } from "preact/hooks";
import { t } from "../i18n";
import { box, signIn } from "../state/session";
import { Button } from "../ui/basics";
import { ProblemNote, TextField, useAction } from "../ui/form";
import { Gate } from "./gate";
import { Icon } from "../ui/icon";

/** Sign in with user name and password. */
export function Login() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const enter = useAction(() => signIn(username.trim(), password));
  return (
    <Gate title={t("login.title")} lead={t("login.lead")}>
      {box.value?.setupNeeded && (
        <div class="notice warn">
          <Icon name="warning" />
          <p>{t("login.setupNeeded")}</p>
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter.run();
        }}
      >
        <TextField
          label={t("login.username")}
          name="username"
          value={username}
          onInput={setUsername}
          autocomplete="username"
          problem={enter.problem}
          required
        />
        <TextField
          label={t("login.password")}
          name="password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          problem={enter.problem}
          required
        />
        <ProblemNote problem={enter.problem} except={["username", "password"]} />
        <Button type="submit" kind="primary" busy={enter.busy}>
          {t("login.action")}
        </Button>
      </form>
    </Gate>
  );
}
