import { useState } from "preact/hooks";
import { Button } from "../../ui/basics";
import { ActionForm, TextField, useAction } from "../../ui/form";
import { GateFrame, PasswordForm } from "../../ui/gate";
import { Mark } from "../../ui/mark";
import { t } from "../i18n";
import { signIn, signInByKey } from "../session";

function ByKey() {
  const [key, setKey] = useState("");
  const enter = useAction(() => signInByKey(key.trim()));
  return (
    <ActionForm action={enter} text={t("login.action")} fields={["key"]}>
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
    </ActionForm>
  );
}

/** Sign in: people by their password; the first time, and programs' keepers, by a key. */
export function Login() {
  const [byKey, setByKey] = useState(false);
  const words = {
    username: t("login.username"),
    password: t("login.password"),
    action: t("login.action"),
  };
  return (
    <GateFrame
      mark={<Mark size={52} />}
      name={t("office.name")}
      title={t("login.title")}
      lead={t("login.lead")}
    >
      {byKey ? <ByKey /> : <PasswordForm words={words} onEnter={signIn} />}
      <div class="gate-other">
        <Button kind="quiet" small icon="key" onClick={() => setByKey(!byKey)}>
          {t(byKey ? "login.byPassword" : "login.byKey")}
        </Button>
      </div>
    </GateFrame>
  );
}
