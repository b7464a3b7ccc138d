/** Writes a number as people do: `5511987654321` is `+55 11 98765-4321`. */
export function phone(digits: string): string {
  const brazilian = /^\+?55(\d{2})(\d{4,5})(\d{4})$/.exec(digits);
  if (brazilian) return `+55 ${brazilian[1]} ${brazilian[2]}-${brazilian[3]}`;
  return digits.startsWith("+") ? digits : `+${digits}`;
}
