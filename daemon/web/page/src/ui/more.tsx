import { get } from "../api/http";
import type { Page } from "../api/types";
import { t } from "../i18n";
import { Button } from "./basics";
import { toastProblem } from "./feedback";
import { useAction } from "./form";
import type { Resource } from "./resource";

interface Props<T> {
  list: Resource<Page<T>>;
  /** The address of the list, with its filters and without a cursor. */
  path: string;
  label?: string;
}

/** Fetches the next page of a list and adds it to what is shown. */
export function More<T>({ list, path, label }: Props<T>) {
  const cursor = list.data?.nextCursor;
  const more = useAction(async () => {
    const join = path.includes("?") ? "&" : "?";
    try {
      const next = await get<Page<T>>(`${path}${join}cursor=${encodeURIComponent(cursor ?? "")}`);
      list.set((old) => ({ ...next, items: [...old.items, ...next.items] }));
    } catch (problem) {
      toastProblem(problem);
    }
  });
  if (!cursor) return null;
  return (
    <Button small kind="quiet" busy={more.busy} onClick={() => void more.run()}>
      {label ?? t("common.more")}
    </Button>
  );
}
