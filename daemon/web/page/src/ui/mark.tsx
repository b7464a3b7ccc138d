/** Our plain mark, in the accent of the page. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 2.5 27.7 9.25v13.5L16 29.5 4.3 22.75V9.25Z" />
      <circle class="orbit" cx="16" cy="16" r="6.5" />
      <circle class="core" cx="16" cy="16" r="2.4" />
    </svg>
  );
}
