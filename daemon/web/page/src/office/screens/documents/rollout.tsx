import { useEffect, useState } from "preact/hooks";
import { get, patch, post } from "../../../api/http";
import { dateTime } from "../../../i18n";
import { Button, Loading, PageHead, Panel } from "../../../ui/basics";
import { confirm, toast, toastProblem } from "../../../ui/feedback";
import { ProblemNote, TextField, useAction } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import { useResource } from "../../../ui/resource";
import type { Rollout } from "../../api/types";
import { has, t } from "../../i18n/publishing";
import { mayWrite } from "../../session";
import { scopeText, StateBadge } from ".";
import { RolloutPicture } from "./picture";

/** How often a roll-out that goes on is looked at. */
const EVERY_MS = 15_000;

interface Props {
  one: Rollout;
  reload: () => void;
}

function Widen({ one, reload }: Props) {
  const [percent, setPercent] = useState(String(one.nextPercent ?? 100));
  const widen = useAction(async () => {
    await patch(`/api/documents/${one.id}`, { percent: Number(percent) });
    toast(t("common.saved"));
    reload();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void widen.run();
      }}
    >
      <TextField
        label={t("rollout.percent")}
        name="percent"
        type="number"
        min={one.percent}
        max={100}
        value={percent}
        onInput={setPercent}
        problem={widen.problem}
        required
      />
      <ProblemNote problem={widen.problem} except={["percent"]} />
      <div class="actions">
        <Button type="submit" small icon="up" busy={widen.busy}>
          {t("rollout.widen")}
        </Button>
      </div>
    </form>
  );
}

function Steering({ one, reload }: Props) {
  const set = (state: "running" | "paused") =>
    patch(`/api/documents/${one.id}`, { state }).then(reload, toastProblem);
  const stop = async () => {
    if (!(await confirm(t("rollout.stopTitle"), t("rollout.stopText"), t("rollout.stop")))) return;
    await post(`/api/documents/${one.id}/withdraw`).then(() => {
      toast(t("rollout.stopped"));
      reload();
    }, toastProblem);
  };
  return (
    <>
      {one.percent < 100 && <Widen key={one.percent} one={one} reload={reload} />}
      <div class="actions">
        {one.percent < 100 && (
          <Button
            small
            icon={one.state === "paused" ? "play" : "pause"}
            onClick={() => void set(one.state === "paused" ? "running" : "paused")}
          >
            {t(one.state === "paused" ? "rollout.resume" : "rollout.pause")}
          </Button>
        )}
        <Button small kind="danger" icon="hand" onClick={() => void stop()}>
          {t("rollout.stop")}
        </Button>
      </div>
    </>
  );
}

function Going({ one, reload }: Props) {
  const reason = `reason.${one.reason}`;
  return (
    <Panel
      title={t("rollout.title")}
      icon="send"
      class="form-panel"
      actions={<StateBadge one={one} />}
    >
      {one.reason && (
        <div class="notice warn">
          <Icon name="warning" />
          <p>{has(reason) ? t(reason) : one.reason}</p>
        </div>
      )}
      <RolloutPicture one={one} />
      {one.nextPercent !== null && one.nextAt && (
        <p class="quiet-note">
          {t("rollout.next", { percent: one.nextPercent, when: dateTime(one.nextAt) })}
        </p>
      )}
      {mayWrite.value && one.state !== "stopped" && <Steering one={one} reload={reload} />}
    </Panel>
  );
}

/** One publication: how far it is, how the boxes do with it, and how to stop it. */
export function RolloutPage({ id }: { id: string }) {
  const found = useResource(`document ${id}`, () => get<Rollout>(`/api/documents/${id}`));
  const one = found.data;
  const { reload } = found;
  const goes = one?.state === "running" && one.percent < 100;
  useEffect(() => {
    if (!goes) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [goes, reload]);
  const facts: [string, string][] = one
    ? [
        [t("documents.scope"), scopeText(one)],
        [t("rollout.created"), dateTime(one.createdAt)],
        [t("rollout.staged"), dateTime(one.stagedAt)],
        [t("rollout.days"), t("rollout.daysN", { n: one.expiresDays })],
      ]
    : [];
  return (
    <>
      <PageHead
        title={one ? t(`kind.${one.kind}`) : t("nav.documents")}
        lead={one ? scopeText(one) : ""}
        back="#/documents"
      />
      <ProblemNote problem={found.problem} />
      {!one && !found.problem && <Loading />}
      {one && (
        <div class="split even">
          <Going one={one} reload={found.reload} />
          <Panel title={t("rollout.facts")} icon="document">
            <dl class="facts">
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            <h3 class="under-head">{t("rollout.body")}</h3>
            <pre tabIndex={0}>{JSON.stringify(one.body, null, 2)}</pre>
          </Panel>
        </div>
      )}
    </>
  );
}
