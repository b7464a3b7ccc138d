import { useState } from "preact/hooks";
import { PageHead } from "../../../ui/basics";
import type { IconName } from "../../../ui/icon";
import { Tabs } from "../../../ui/tabs";
import { t } from "../../i18n/business";
import { Pick } from "../../parts/pick";
import { resellerOptions, useResellers } from "../../parts/resellers";
import { ofPlatform } from "../../session";
import { MarginTable } from "./margin";
import { Mrr } from "./mrr";
import { Upsell } from "./upsell";

const TABS = [
  ["mrr", "chart"],
  ["margin", "coin"],
  ["upsell", "bulb"],
] as const satisfies [string, IconName][];

/** Whose figures are shown. */
export interface Whose {
  resellerId: string;
  tier: string;
}

/** What comes in, what is left of it, and who may need more. */
export function Revenue({ tab = "mrr" }: { tab?: string | undefined }) {
  const [whose, setWhose] = useState<Whose>({ resellerId: "", tier: "retail" });
  const resellers = useResellers();
  const filters = (
    <>
      {ofPlatform.value && (
        <Pick
          label={t("column.reseller")}
          value={whose.resellerId}
          onChange={(resellerId) => setWhose({ ...whose, resellerId })}
          options={resellerOptions(resellers)}
        />
      )}
      {tab === "mrr" && (
        <Pick
          label={t("tier")}
          value={whose.tier}
          onChange={(tier) => setWhose({ ...whose, tier })}
          options={[
            ["retail", t("tier.retail")],
            ["wholesale", t("tier.wholesale")],
          ]}
        />
      )}
    </>
  );
  return (
    <>
      <PageHead title={t("nav.revenue")} lead={t("revenue.lead")} />
      <Tabs
        label={t("revenue.parts")}
        items={TABS.map(([name, icon]) => ({
          href: `#/revenue/${name}`,
          icon,
          text: t(`revenue.${name}`),
          current: name === tab,
        }))}
      />
      {tab === "margin" && <MarginTable whose={whose} filters={filters} />}
      {tab === "upsell" && <Upsell whose={whose} filters={filters} />}
      {tab === "mrr" && <Mrr whose={whose} filters={filters} />}
    </>
  );
}
