/** The little markup of WhatsApp: *bold*, _italic_, ~struck~ and `code`, as pieces of text. */

export type Style = "plain" | "bold" | "italic" | "struck" | "code";

export interface Piece {
  style: Style;
  text: string;
}

const STYLES: Record<string, Style> = { "*": "bold", _: "italic", "~": "struck", "`": "code" };
// As on the phone: a mark opens at the start of a word and closes at the end of one. The character
// before it is matched rather than looked behind at: older phones cannot look behind.
const MARKED = /(^|[^\p{L}\p{N}])([*_~`])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/gu;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    const [whole, before = "", mark = "", words = ""] = match;
    const plain = text.slice(from, match.index) + before;
    if (plain) found.push({ style: "plain", text: plain });
    found.push({ style: STYLES[mark] ?? "plain", text: words });
    from = match.index + whole.length;
  }
  if (from < text.length) found.push({ style: "plain", text: text.slice(from) });
  return found;
}
