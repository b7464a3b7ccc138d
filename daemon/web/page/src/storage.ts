/** Small preferences, kept in this browser. A browser that refuses storage just forgets them. */

const PREFIX = "nextagent.";

export function load(name: string): string | null {
  try {
    return globalThis.localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function save(name: string, value: string): void {
  try {
    globalThis.localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private browsing: the choice lasts as long as the tab.
  }
}
