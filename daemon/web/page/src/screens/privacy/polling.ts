/** A list that is fetched again for as long as something in it is under way. */
import { useEffect } from "preact/hooks";
import { get } from "../../api/http";
import { running, type State } from "../../api/privacy";
import type { Page } from "../../api/types";
import { useResource, type Resource } from "../../ui/resource";

const POLL_MS = 1000;

export function useMoving<T extends { state: State }>(path: string): Resource<Page<T>> {
  const list = useResource(path, () => get<Page<T>>(path));
  const { reload } = list;
  const busy = list.data?.items.some(running) ?? false;
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [busy, reload]);
  return list;
}
