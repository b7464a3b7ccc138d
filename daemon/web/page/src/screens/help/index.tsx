import { saveAnswer } from "../../api/files";
import { t } from "../../i18n/help";
import { may } from "../../state/session";
import { Button, PageHead, Panel } from "../../ui/basics";
import { toast } from "../../ui/feedback";
import { ProblemNote, useAction } from "../../ui/form";
import type { IconName } from "../../ui/icon";
import { Tabs } from "../../ui/tabs";
import { HelpFaqs } from "./faqs";
import { HelpVideos } from "./videos";

const TABS = [
  ["faq", "help"],
  ["videos", "play"],
  ["support", "chip"],
] as const satisfies [string, IconName][];

function Support() {
  const make = useAction(async () => {
    await saveAnswer("/support/diagnostics", "diagnostics.zip", "POST");
    toast(t("support.made"));
  });
  return (
    <Panel title={t("support.title")} icon="chip" class="form-panel">
      <p class="lead">{t("support.text")}</p>
      <ProblemNote problem={make.problem} />
      {may("operator") && (
        <div class="actions">
          <Button kind="primary" icon="download" busy={make.busy} onClick={() => void make.run()}>
            {t("support.make")}
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** Help that stands on the box itself. */
export function Help({ tab = "faq" }: { tab?: string | undefined }) {
  return (
    <>
      <PageHead title={t("help.title")} lead={t("help.lead")} />
      <Tabs
        label={t("help.title")}
        items={TABS.map(([name, icon]) => ({
          href: `#/help/${name}`,
          icon,
          text: t(`help.${name}`),
          current: name === tab,
        }))}
      />
      {tab === "videos" && <HelpVideos />}
      {tab === "support" && <Support />}
      {tab === "faq" && <HelpFaqs />}
    </>
  );
}
