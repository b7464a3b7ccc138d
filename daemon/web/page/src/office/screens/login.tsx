import { useState } from "preact/hooks";
import { Button } from "../../ui/basics";
import { ProblemNote, TextField, useAction } from "../../ui/form";
import { Mark } from "../../ui/mark";
import { Preferences } from "../../ui/preferences";
import { t } from "../i18n";
import { signIn, signInByKey } from "../session";

function ByPassword() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const enter = useAction(() => signIn(username.trim(), password));
  return (
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
  );
}

function ByKey() {
  const [key, setKey] = useState("");
  const enter = useAction(() => signInByKey(key.trim()));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void enter.run();
      }}
    >
      <TextField
        label={t("login.key")}
        name="key"
        type="password"
        value={key}
        onInput={setKey}
        hint={t("login.keyHint")}
        autocomplete="off"
        problem={enter.problem}
        required
      />
      <ProblemNote problem={enter.problem} except={["key"]} />
      <Button type="submit" kind="primary" busy={enter.busy}>
        {t("login.action")}
      </Button>
    </form>
  );
}

/** Sign in: people by their password; the first time, and programs' keepers, by a key. */
export function Login() {
  const [byKey, setByKey] = useState(false);
  return (
    <div class="gate">
      <header class="gate-top">
        <Preferences />
      </header>
      <main class="gate-main">
        <div class="gate-brand">
          <Mark size={52} />
          <p>{t("office.name")}</p>
        </div>
        <section class="panel gate-panel">
          <h1>{t("login.title")}</h1>
          <p class="lead">{t("login.lead")}</p>
          {byKey ? <ByKey /> : <ByPassword />}
          <div class="gate-other">
            <Button kind="quiet" small icon="key" onClick={() => setByKey(!byKey)}>
              {t(byKey ? "login.byPassword" : "login.byKey")}
            </Button>
          </div>
        </section>
      </main>
    </div>
  );
}
