/** Pictures that were chosen in this visit, by their hash, so that a preview can show them. */
import { signal } from "@preact/signals";

export const pictures = signal<Record<string, string>>({});

/** The picture of a file as an address that an image takes. */
export function seen(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}
