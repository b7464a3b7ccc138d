/** A roll-out as a picture: its stages, the boxes it reached and how they do, and its gate. */
import { get, query } from "../../../api/http";
import { date, number } from "../../../i18n";
import { useResource } from "../../../ui/resource";
import type { Contents, FleetMap, Rollout } from "../../api/types";
import { t } from "../../i18n/publishing";

function Stages({ one, told }: { one: Rollout; told: Contents }) {
  const at = told.stages.includes(one.percent)
    ? told.stages
    : [...told.stages, one.percent].sort((a, b) => a - b);
  return (
    <ol class={`stages ${one.state}`} aria-label={t("picture.stages")}>
      {at.map((stage) => {
        const state = stage < one.percent ? "past" : stage === one.percent ? "here" : "ahead";
        return (
          <li key={stage} class={state} aria-current={state === "here" ? "step" : undefined}>
            <b>{stage} %</b>
            <small>
              {state === "here"
                ? t("picture.since", { when: date(one.stagedAt) })
                : stage === one.nextPercent && one.nextAt
                  ? t("picture.from", { when: date(one.nextAt) })
                  : t(`picture.${state}`)}
            </small>
          </li>
        );
      })}
    </ol>
  );
}

/** How many boxes it could reach when it is on all of them. */
function useTotal(one: Rollout): number | null {
  const asked = query({ resellerId: one.resellerId, tenantId: one.tenantId, cells: "reseller" });
  const found = useResource(`total ${asked}`, () => get<FleetMap>(`/api/fleet/map${asked}`));
  return one.deviceId ? 1 : (found.data?.total ?? null);
}

function Boxes({ one }: { one: Rollout }) {
  const total = Math.max(useTotal(one) ?? one.issued, one.issued, 1);
  const silent = Math.max(0, one.issued - one.good - one.bad);
  const shares = [
    ["good", "ok", one.good],
    ["bad", "bad", one.bad],
    ["quiet", "accent", silent],
    ["without", "edge", total - one.issued],
  ] as const;
  return (
    <div>
      <div class="reached" aria-hidden="true">
        {shares.map(
          ([name, tone, boxes]) =>
            boxes > 0 && <i key={name} class={tone} style={{ flexGrow: boxes }} />,
        )}
      </div>
      <ul class="reached-legend">
        {shares.map(([name, tone, boxes]) => (
          <li key={name}>
            <i class={tone} aria-hidden="true" />
            <b>{number(boxes)}</b> {t(`picture.${name}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How near it is to being stopped. */
function Gate({ one, told }: { one: Rollout; told: Contents }) {
  const heard = one.good + one.bad;
  const share = heard > 0 ? Math.round((100 * one.bad) / heard) : 0;
  const most = told.mostFailingPercent;
  const words =
    heard < told.leastReports
      ? t("picture.gateWaits", { heard, least: told.leastReports })
      : t("picture.gate", { bad: one.bad, heard, share, most });
  return (
    <div class="gate-meter">
      <div class="gate-track" aria-hidden="true">
        <i class={share > most ? "bad" : "ok"} style={{ width: `${Math.min(100, share)}%` }} />
        <span style={{ left: `${most}%` }} />
      </div>
      <small>{words}</small>
    </div>
  );
}

export function RolloutPicture({ one }: { one: Rollout }) {
  const told = useResource("contents", () => get<Contents>("/api/contents")).data;
  return (
    <div class="picture">
      {told && <Stages one={one} told={told} />}
      <Boxes one={one} />
      {told && one.state !== "stopped" && one.percent < 100 && <Gate one={one} told={told} />}
    </div>
  );
}
