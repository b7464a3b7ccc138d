import { useState } from "preact/hooks";
import { post } from "../api/http";
import { t } from "../i18n/sync";
import { Button, Panel } from "../ui/basics";
import { toast } from "../ui/feedback";
import { ProblemNote, TextField, useAction } from "../ui/form";

/** One's own password. */
export function Account() {
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const [repeated, setRepeated] = useState("");
  const differs = repeated !== "" && repeated !== newPassword;
  const change = useAction(async () => {
    await post("/auth/password", { currentPassword, newPassword });
    setCurrent("");
    setNew("");
    setRepeated("");
    toast(t("account.changed"));
  });
  const { problem } = change;
  return (
    <div class="narrow">
      <Panel title={t("account.title")} icon="user">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (newPassword === repeated) void change.run();
          }}
        >
          <TextField
            label={t("account.current")}
            name="currentPassword"
            type="password"
            autocomplete="current-password"
            value={currentPassword}
            onInput={setCurrent}
            problem={problem}
            required
          />
          <TextField
            label={t("account.new")}
            name="newPassword"
            type="password"
            autocomplete="new-password"
            value={newPassword}
            onInput={setNew}
            hint={t("account.newHint")}
            problem={problem}
            required
          />
          <TextField
            label={t("account.repeat")}
            name="repeated"
            type="password"
            autocomplete="new-password"
            value={repeated}
            onInput={setRepeated}
            error={differs ? t("account.differs") : undefined}
            required
          />
          <ProblemNote problem={problem} except={["currentPassword", "newPassword"]} />
          <Button type="submit" kind="primary" busy={change.busy} disabled={differs}>
            {t("account.change")}
          </Button>
        </form>
      </Panel>
    </div>
  );
}
