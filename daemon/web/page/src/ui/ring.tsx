import type { ComponentChildren } from "preact";

interface RingProps {
  /** 0..1 */
  value: number;
  label: string;
  size?: number;
  children?: ComponentChildren;
}

/** A gauge: an arc over a scale of ticks, with the figure in its middle. */
export function Ring({ value, label, size = 132, children }: RingProps) {
  const length = 2 * Math.PI * 42;
  return (
    <div
      class="ring"
      role="img"
      aria-label={label}
      style={{ width: `${size}px`, height: `${size}px` }}
    >
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="ticks" cx="50" cy="50" r="48" />
        <circle class="track" cx="50" cy="50" r="42" />
        <circle
          class="arc"
          cx="50"
          cy="50"
          r="42"
          stroke-dasharray={`${length * Math.min(1, Math.max(0, value))} ${length}`}
        />
      </svg>
      <div class="ring-middle" aria-hidden="true">
        {children}
      </div>
    </div>
  );
}
