import { useState } from "preact/hooks";
import { del, patch, post } from "../../../api/http";
import { ago } from "../../../i18n";
import { Button, Panel } from "../../../ui/basics";
import { confirm, toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, Switch, TextField, useAction } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import type { Overview } from "../../api/types";
import { t } from "../../i18n/box";
import { boxName } from "../../parts/health";
import { TargetField } from "../../parts/target";
import { mayWrite } from "../../session";

interface Props {
  overview: Overview;
  reload: () => void;
}

function Label({ overview: { box }, reload }: Props) {
  const [label, setLabel] = useState(box.label);
  const save = useAction(async () => {
    await patch(`/api/devices/${box.id}`, { label });
    toast(t("common.saved"));
    reload();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <TextField
        label={t("box.label")}
        name="label"
        value={label}
        onInput={setLabel}
        hint={t("box.labelHint")}
        maxLength={80}
        problem={save.problem}
        required={false}
      />
      <ProblemNote problem={save.problem} except={["label"]} />
      <div class="actions">
        <Button type="submit" small busy={save.busy} disabled={label === box.label}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function Move({ overview: { box, move }, reload }: Props) {
  const [tenantId, setTenantId] = useState("");
  const order = useAction(async () => {
    const facts = { name: boxName(box), tenant: tenantId };
    if (!(await confirm(t("box.moveTitle", facts), t("box.moveText"), t("box.move")))) return;
    await post(`/api/devices/${box.id}/move`, { tenantId });
    toast(t("box.moveOrdered"));
    setTenantId("");
    reload();
  });
  if (move) {
    const stay = () =>
      del(`/api/devices/${box.id}/move`).then(() => {
        toast(t("box.stayed"));
        reload();
      }, toastProblem);
    return (
      <div class="notice warn">
        <Icon name="clock" />
        <div>
          <p>
            {t("box.moving", { tenant: move.tenant || move.tenantId, when: ago(move.orderedAt) })}
          </p>
          <Button small onClick={() => void stay()}>
            {t("box.stay")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void order.run();
      }}
    >
      <TargetField
        kind="tenant"
        label={t("box.moveTo")}
        name="tenantId"
        value={tenantId}
        onInput={setTenantId}
        hint={t("box.moveHint")}
        problem={order.problem}
      />
      <ProblemNote problem={order.problem} except={["tenantId"]} />
      <div class="actions">
        <Button type="submit" small icon="send" busy={order.busy}>
          {t("box.move")}
        </Button>
      </div>
    </form>
  );
}

/** What people can do to a box; each is asked for again where it cannot be undone at once. */
export function Actions({ overview, reload }: Props) {
  const { box, rotationWantedAt } = overview;
  const act = (path: string, said?: string) =>
    post(`/api/devices/${box.id}/${path}`).then(() => {
      if (said) toast(said);
      reload();
    }, toastProblem);
  const revoke = async () => {
    const title = t("box.revokeTitle", { name: boxName(box) });
    if (await confirm(title, t("box.revokeText"), t("box.revoke")))
      await act("revoke", t("box.revoked"));
  };
  const suspect = (clockSuspect: boolean) =>
    patch(`/api/devices/${box.id}`, { clockSuspect }).then(reload, toastProblem);
  if (!mayWrite.value) return null;
  return (
    <Panel title={t("box.actions")} icon="settings" class="form-panel">
      <Label key={box.label} overview={overview} reload={reload} />
      <Switch
        label={t("box.clock")}
        hint={t("box.clockHint")}
        checked={Boolean(box.clockSuspect)}
        onChange={(on) => void suspect(on)}
      />
      <Move overview={overview} reload={reload} />
      <div class="act">
        <p class="hint">
          {rotationWantedAt
            ? t("box.rotateWanted", { when: ago(rotationWantedAt) })
            : t("box.rotateText")}
        </p>
        <Button small icon="key" onClick={() => void act("rotate")} disabled={!!rotationWantedAt}>
          {t("box.rotate")}
        </Button>
      </div>
      <div class="act">
        {box.status === "revoked" ? (
          <Button small icon="play" onClick={() => void act("activate", t("box.activated"))}>
            {t("box.activate")}
          </Button>
        ) : (
          <Button small kind="danger" icon="hand" onClick={() => void revoke()}>
            {t("box.revoke")}
          </Button>
        )}
      </div>
    </Panel>
  );
}
