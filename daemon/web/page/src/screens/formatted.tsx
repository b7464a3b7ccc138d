import { pieces, type Style } from "../markup";

const TAGS: Record<Exclude<Style, "plain">, "b" | "em" | "s" | "code"> = {
  bold: "b",
  italic: "em",
  struck: "s",
  code: "code",
};

/** A message as WhatsApp would show it. */
export function Formatted({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map(({ style, text: words }, index) => {
        if (style === "plain") return words;
        const Tag = TAGS[style];
        return <Tag key={index}>{words}</Tag>;
      })}
    </>
  );
}
