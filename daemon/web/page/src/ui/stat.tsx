/** Figures that stand for themselves. */
import type { ComponentChildren } from "preact";
import { percent } from "../i18n";
import { t } from "../i18n/charts";
import type { Tone } from "./basics";
import { Icon } from "./icon";

interface Props {
  label: string;
  value: ComponentChildren;
  /** What it says besides: a share, a sum it belongs to. */
  note?: ComponentChildren;
  /** Growth over the period before, as a share: 0.12 is 12 % more. */
  change?: number | null;
  href?: string;
  /** Colours the note, which says the same in words. */
  tone?: Tone | undefined;
}

function Change({ share }: { share: number }) {
  const text = `${share > 0 ? "+" : ""}${percent(share, 1)}`;
  return (
    <span class="change" title={t("stat.before", { change: text })}>
      <Icon name={share < 0 ? "down" : "up"} size={13} />
      {text}
    </span>
  );
}

export function Stat({ label, value, note, change, href, tone }: Props) {
  return (
    <div class={href ? "stat linked" : "stat"}>
      <dt>{label}</dt>
      <dd>
        <b>{value}</b>
        {change !== null && change !== undefined && <Change share={change} />}
        {note && <small class={tone ? `tone-${tone}` : ""}>{note}</small>}
      </dd>
      {href && (
        <dd class="stat-link">
          <a href={href} aria-label={label}>
            <Icon name="chevron" size={16} />
          </a>
        </dd>
      )}
    </div>
  );
}

/** A row of `Stat`s. */
export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}
