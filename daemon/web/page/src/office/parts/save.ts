/** Let the browser save an answer of the API as a file of readable JSON. */
import { get } from "../../api/http";

export async function saveJson(path: string, name: string): Promise<void> {
  const text = JSON.stringify(await get<unknown>(path), null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
