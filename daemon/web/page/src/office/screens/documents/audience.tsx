/** Who a publication goes to, and how carefully. */
import { get, query } from "../../../api/http";
import type { Problem } from "../../../api/problem";
import { number } from "../../../i18n";
import { SelectField, TextField } from "../../../ui/form";
import { Icon } from "../../../ui/icon";
import { useResource } from "../../../ui/resource";
import type { Contents, FleetMap } from "../../api/types";
import { count } from "../../i18n";
import { t } from "../../i18n/publishing";
import { useResellers } from "../../parts/resellers";
import { TargetField } from "../../parts/target";
import { me, ofPlatform } from "../../session";
import type { Audience } from "./contents";

export const SCOPES = ["all", "reseller", "tenant", "device"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Going {
  scope: Scope;
  id: string;
  /** Whose boxes these are, where they are known already. */
  whom: Audience | null;
  percent: string;
  days: string;
}

/** All boxes that a person sees. */
export const everybody = (): Audience => ({
  resellerId: me.value?.resellerId ?? "",
  tenantId: "",
  deviceId: "",
});

interface Props {
  going: Going;
  onChange: (going: Going) => void;
  problem: Problem | null;
  told: Contents;
}

/** How many boxes there are of a kind of audience. */
function useReach({ scope, whom }: Going): number | null {
  const asked =
    scope === "device" || !whom
      ? ""
      : query({ resellerId: whom.resellerId, tenantId: whom.tenantId, cells: "reseller" });
  const found = useResource(`reach ${scope} ${asked}`, () =>
    asked ? get<FleetMap>(`/api/fleet/map${asked}`).catch(() => null) : Promise.resolve(null),
  );
  return scope === "device" ? 1 : (found.data?.total ?? null);
}

/** The rules by which a canary grows or stops, in words. */
export function GateNote({ told }: { told: Contents }) {
  return (
    <div class="gate-note">
      <Icon name="shield" size={16} />
      <p>
        {t("gate.text", {
          stages: told.stages.map((stage) => `${stage} %`).join(" → "),
          hours: told.stageHours,
          most: told.mostFailingPercent,
          least: told.leastReports,
        })}
      </p>
    </div>
  );
}

export function AudienceFields({ going, onChange, problem, told }: Props) {
  const resellers = useResellers();
  const reach = useReach(going);
  const scopes = SCOPES.filter((one) => one !== "reseller" || ofPlatform.value);
  const set = (part: Partial<Going>) => onChange({ ...going, ...part });
  const { scope, id, percent, days } = going;
  const share = Number(percent);
  return (
    <>
      <SelectField
        label={t("documents.scope")}
        name="scope"
        value={scope}
        onChange={(value) =>
          set({ scope: value as Scope, id: "", whom: value === "all" ? everybody() : null })
        }
        options={scopes.map((one): [string, string] => [one, t(`scope.${one}`)])}
      />
      {scope === "reseller" && (
        <SelectField
          label={t("scope.reseller")}
          name="resellerId"
          value={id}
          onChange={(value) =>
            set({ id: value, whom: value ? { ...everybody(), resellerId: value } : null })
          }
          options={[
            ["", t("publish.pickReseller")],
            ...resellers.map((one): [string, string] => [one.id, one.name]),
          ]}
          problem={problem}
        />
      )}
      {(scope === "tenant" || scope === "device") && (
        <TargetField
          key={scope}
          kind={scope}
          label={t(`scope.${scope}`)}
          name={`${scope}Id`}
          value={id}
          onInput={(value, choice) =>
            set({
              id: value,
              whom: choice
                ? {
                    resellerId: choice.resellerId,
                    tenantId: choice.tenantId,
                    deviceId: scope === "device" ? choice.id : "",
                  }
                : null,
            })
          }
          hint={t("publish.findHint")}
          problem={problem}
        />
      )}
      <div class="columns">
        <TextField
          label={t("documents.percent")}
          name="percent"
          type="number"
          min={0}
          max={100}
          value={percent}
          onInput={(value) => set({ percent: value })}
          problem={problem}
          required
        />
        <TextField
          label={t("documents.days")}
          name="expiresDays"
          type="number"
          min={1}
          max={3650}
          value={days}
          onInput={(value) => set({ days: value })}
          problem={problem}
          required
        />
      </div>
      {reach !== null && (
        <p class="quiet-note" role="status">
          {scope === "device"
            ? t("publish.oneBox")
            : t("publish.reach", {
                some: number(Math.round((reach * (Number.isNaN(share) ? 0 : share)) / 100)),
                all: count("fleet.count", reach),
              })}
        </p>
      )}
      {share < 100 && scope !== "device" && <GateNote told={told} />}
    </>
  );
}
