import { t } from "../../i18n/templates";
import { PageHead } from "../../ui/basics";
import { Gallery, ImportTemplate } from "./gallery";
import { SaveOwn } from "./save-own";
import { TemplatePage } from "./template-page";
import { may } from "../../state/session";

/** The library of ready agents, or one of them. */
export function Templates({ id }: { id?: string | undefined }) {
  if (id) return <TemplatePage key={id} id={id} />;
  return (
    <>
      <PageHead title={t("templates.title")} lead={t("templates.lead")}>
        {may("operator") && <ImportTemplate />}
      </PageHead>
      <div class="stack">
        <Gallery />
        {may("operator") && <SaveOwn />}
      </div>
    </>
  );
}
