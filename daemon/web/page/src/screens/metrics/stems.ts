/** What a topic is called: the words of its examples that its stems were cut from. */
const plain = (word: string) => word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** `["conveni"]` with "vocês aceitam convênio?" is "convênio"; a stem no example has is left out. */
export function topicName(stems: string[], examples: string[]): string {
  const said = examples.flatMap((text) => text.match(/[\p{L}\p{N}]+/gu) ?? []);
  const found = stems.flatMap(
    (stem) => said.find((word) => plain(word).startsWith(plain(stem))) ?? [],
  );
  const name = [...new Set(found.map((word) => word.toLowerCase()))].join(" · ");
  return name || (examples[0] ?? "");
}
