/** Routing by hash: the daemon serves one page, and a link can be shared or bookmarked. */
import { signal } from "@preact/signals";
import { parseHash, type Route } from "./route";

export const route = signal<Route>(parseHash(globalThis.location.hash));

globalThis.addEventListener("hashchange", () => {
  route.value = parseHash(location.hash);
});

/** The address as it is at this moment; `route` follows it an event later. */
export const here = (): Route => parseHash(location.hash);

/** Go to a path such as `/agents`. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", `#${path}`);
    route.value = parseHash(`#${path}`);
  } else {
    location.hash = path;
  }
}
