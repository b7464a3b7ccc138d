/** Reading a route out of the address. */

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
