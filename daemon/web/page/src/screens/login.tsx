import { t } from "../i18n";
import { box, signIn } from "../state/session";
import { PasswordForm } from "../ui/gate";
import { Icon } from "../ui/icon";
import { Gate } from "./gate";

/** Sign in with user name and password. */
export function Login() {
  return (
    <Gate title={t("login.title")} lead={t("login.lead")}>
      {box.value?.setupNeeded && (
        <div class="notice warn">
          <Icon name="warning" />
          <p>{t("login.setupNeeded")}</p>
        </div>
      )}
      <PasswordForm
        words={{
          username: t("login.username"),
          password: t("login.password"),
          action: t("login.action"),
        }}
        onEnter={signIn}
      />
    </Gate>
  );
}
