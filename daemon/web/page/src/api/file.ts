/** Files are private like everything else: fetched with the tenant header, kept in memory. */
import { failure, headers } from "./http";

/** An address in this page's memory. Whoever asked gives it back with `URL.revokeObjectURL`. */
export async function fetchFile(url: string): Promise<string> {
  const response = await fetch(url, { headers: headers({ accept: "*/*" }) });
  if (!response.ok) throw await failure(response);
  return URL.createObjectURL(await response.blob());
}

/** Let the browser save a file. */
export async function saveFile(url: string, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = await fetchFile(url);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
