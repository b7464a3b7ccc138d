/** Routing by hash: the daemon serves one page, and a link can be shared or bookmarked. */
import { signal } from "@preact/signals";

export interface Route {
  /** The path's parts: `#/agents/42/documents` is `["agents", "42", "documents"]`. */
  parts: string[];
  query: URLSearchParams;
}

/** Read a location hash. */
export function parseHash(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decode);
  return { parts, query: new URLSearchParams(search) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % in a pasted link is not worth a blank page
  }
}

export const route = signal<Route>(parseHash(globalThis.location.hash));

globalThis.addEventListener("hashchange", () => {
  route.value = parseHash(location.hash);
});

/** Go to a path such as `/agents`. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", `#${path}`);
    route.value = parseHash(`#${path}`);
  } else {
    location.hash = path;
  }
}
