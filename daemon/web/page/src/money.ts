/** Reading money as people write it, into whole centavos. */

// Thousands parted by one sign and cents by the other, or no thousands parted at all.
const GROUPED = /^(\d{1,3})([.,])(\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](\d{1,2}))?$/;
const PLAIN = /^(\d+)(?:[.,](\d{1,2}))?$/;

/** `1.234,56`, `R$ 12`, `12.5` and `1,234.56` in centavos; null where it is no amount. */
export function parseMoney(text: string): number | null {
  const bare = text.replace(/[R$\s\u00a0]/g, "");
  const grouped = GROUPED.exec(bare);
  const plain = grouped ? null : PLAIN.exec(bare);
  if (!grouped && !plain) return null;
  const units = grouped ? `${grouped[1]}${grouped[3]}`.replace(/\D/g, "") : (plain?.[1] ?? "");
  const cents = (grouped ? grouped[4] : plain?.[2]) ?? "";
  return units.length > 12 ? null : Number(units + cents.padEnd(2, "0"));
}

/** Centavos as a field shows them: `1234,56`. */
export function moneyText(centavos: number): string {
  const digits = String(Math.abs(centavos)).padStart(3, "0");
  return `${centavos < 0 ? "-" : ""}${digits.slice(0, -2)},${digits.slice(-2)}`;
}
