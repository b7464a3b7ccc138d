import { t } from "../../i18n/flows";
import { PageHead } from "../../ui/basics";
import { FlowPage } from "./flow-page";
import { FlowList } from "./list";

/** Guided talks: the list of them, or one. */
export function Flows({ id, tab }: { id?: string | undefined; tab?: string | undefined }) {
  if (id) return <FlowPage key={id} id={id} tab={tab ?? "steps"} />;
  return (
    <>
      <PageHead title={t("flows.title")} lead={t("flows.lead")} />
      <FlowList />
    </>
  );
}
