/** How this box bills: when, to which key, through whom, and how it reminds. */
import { BILLING, type BillingSettings } from "../../../api/billing";
import { get, patch } from "../../../api/http";
import { t } from "../../../i18n/billing";
import { Loading } from "../../../ui/basics";
import { toast } from "../../../ui/feedback";
import { ProblemNote } from "../../../ui/form";
import { useResource } from "../../../ui/resource";
import { PixPanel } from "./pix";
import { ProviderPanel } from "./provider";
import { RemindersPanel } from "./reminders";
import { TermsPanel } from "./terms";

export interface PartProps {
  saved: BillingSettings;
  /** Keep a part of the settings; the others stay as they are. Returns how all stand now. */
  save: (part: object) => Promise<BillingSettings>;
}

export function BillingScreen() {
  const settings = useResource("billing", () => get<BillingSettings>(BILLING));
  const { data: saved } = settings;
  if (!saved) return settings.problem ? <ProblemNote problem={settings.problem} /> : <Loading />;
  const save = async (part: object) => {
    const now = await patch<BillingSettings>(BILLING, part);
    settings.set(() => now);
    toast(t("common.saved"));
    return now;
  };
  return (
    <div class="stack">
      <div class="split even">
        <PixPanel saved={saved} save={save} />
        <div class="stack">
          <ProviderPanel saved={saved} save={save} />
          <TermsPanel saved={saved} save={save} />
        </div>
      </div>
      <RemindersPanel saved={saved} save={save} />
    </div>
  );
}
