import { useState } from "preact/hooks";
import { get, post } from "../../../api/http";
import { dateTime } from "../../../i18n";
import { Badge, Button, Loading, Panel } from "../../../ui/basics";
import { confirm, toast } from "../../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import type { ServerKey, Whole } from "../../api/types";
import { t } from "../../i18n/operations";
import { mayRun } from "../../session";

const TONES = { active: "ok", announced: "accent", retired: "plain" } as const;

function Rotate({ onMade }: { onMade: () => void }) {
  const [days, setDays] = useState("30");
  const rotate = useAction(async () => {
    if (!(await confirm(t("server.sure"), t("server.sureText"), t("server.rotate")))) return;
    await post("/api/server-keys/rotate", { overlapDays: Number(days) });
    toast(t("server.done"));
    onMade();
  });
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void rotate.run();
      }}
    >
      <TextField
        label={t("server.overlap")}
        name="overlapDays"
        type="number"
        min={0}
        max={365}
        value={days}
        onInput={setDays}
        problem={rotate.problem}
        required
      />
      <ProblemNote problem={rotate.problem} except={["overlapDays"]} />
      <div class="actions">
        <Button type="submit" icon="key" busy={rotate.busy}>
          {t("server.rotate")}
        </Button>
      </div>
    </form>
  );
}

/** The keys that boxes trust. */
export function ServerKeys() {
  const keys = useResource("server keys", () => get<Whole<ServerKey>>("/api/server-keys"));
  const items = keys.data?.items;
  return (
    <Panel title={t("people.server")} icon="chip" class="form-panel">
      <p class="lead">{t("server.lead")}</p>
      <ProblemNote problem={keys.problem} />
      {!items && !keys.problem && <Loading />}
      <ul class="rows">
        {items?.map((key) => (
          <li key={key.id} class="list-row">
            <span>
              <b class="mono">{key.id.slice(0, 24)}</b>
              <small>{key.since && dateTime(key.since)}</small>
            </span>
            <Badge tone={TONES[key.state]}>{t(`server.state.${key.state}`)}</Badge>
          </li>
        ))}
      </ul>
      {mayRun.value && <Rotate onMade={keys.reload} />}
    </Panel>
  );
}
