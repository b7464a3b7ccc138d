import type { FlowDetail, Version } from "../../api/flows";
import { get, post } from "../../api/http";
import type { Page } from "../../api/types";
import { dateTime } from "../../i18n";
import { t } from "../../i18n/flows";
import { may } from "../../state/session";
import { Badge, Button, Empty, Loading, Panel } from "../../ui/basics";
import { confirm, toast, toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

/** What was published, and the way back to it. */
export function Versions({
  flow,
  onChange,
}: {
  flow: FlowDetail;
  onChange: (flow: FlowDetail) => void;
}) {
  const path = `/flows/${flow.id}/versions?limit=50`;
  const list = useResource(`${path}:${flow.latest}`, () => get<Page<Version>>(path));
  const items = list.data?.items;
  const back = async (version: number) => {
    const title = t("versions.rollBackTitle", { n: version });
    if (!(await confirm(title, t("versions.rollBackText"), t("versions.rollBack")))) return;
    await post<FlowDetail>(`/flows/${flow.id}/rollback`, { version }).then((changed) => {
      toast(t("versions.rolledBack", { n: version }));
      onChange(changed);
    }, toastProblem);
  };
  return (
    <Panel title={t("tab.versions")} icon="repeat">
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && (
        <Empty icon="repeat" title={t("versions.none")} text={t("versions.noneText")} />
      )}
      <ul class="rows">
        {items?.map((one) => (
          <li key={one.version} class="list-row">
            <span>
              <b>{t("versions.n", { n: one.version })}</b>
              {one.note && <span>{one.note}</span>}
              <small>
                {t("versions.by", { at: dateTime(one.publishedAt), who: one.publishedBy })}
              </small>
            </span>
            {one.version === flow.version ? (
              <Badge tone="ok">{t("versions.current")}</Badge>
            ) : (
              may("operator") && (
                <Button small onClick={() => void back(one.version)}>
                  {t("versions.rollBack")}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
