import type { ComponentChildren } from "preact";
import type { Page } from "../api/types";
import { t } from "../i18n";
import { Button, Loading, Panel } from "./basics";
import { ProblemNote } from "./form";
import type { IconName } from "./icon";
import { More } from "./more";
import type { Resource } from "./resource";

interface Props<T> {
  title: string;
  icon: IconName;
  list: Resource<Page<T>>;
  /** The address of the list, with its filters and without a cursor. */
  path: string;
  /** What it says while nothing is in it. */
  empty: ComponentChildren;
  /** Fetch again by a button: for lists that grow while one looks. */
  refresh?: boolean;
  actions?: ComponentChildren;
  filters?: ComponentChildren;
  /** An `li` for each. */
  children: (item: T) => ComponentChildren;
}

/** A list in a panel: while it is fetched, empty, wrong, or there with more to come. */
export function ListPanel<T>(props: Props<T>) {
  const { title, icon, list, path, empty, refresh, actions, filters, children } = props;
  const items = list.data?.items;
  const again = (
    <Button small kind="quiet" icon="refresh" label={t("common.refresh")} onClick={list.reload} />
  );
  return (
    <Panel
      title={title}
      icon={icon}
      actions={
        (actions ?? refresh) && (
          <>
            {actions}
            {refresh && again}
          </>
        )
      }
    >
      {filters}
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && empty}
      <ul class="rows">{items?.map(children)}</ul>
      <More list={list} path={path} />
    </Panel>
  );
}
