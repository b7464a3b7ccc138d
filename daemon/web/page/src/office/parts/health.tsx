/** A box's state by shape, letter, word and colour: any one of them is enough. */
import type { Tone } from "../../ui/basics";
import type { FleetBox, Health } from "../api/types";
import { has, t } from "../i18n";

const SHAPES: Record<Health, string> = {
  ok: "M10 1.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z",
  degraded: "M10 1 19.5 18.5H.5Z",
  down: "M6 1h8l5 5v8l-5 5H6l-5-5V6Z",
  silent: "M10 .5 19.5 10 10 19.5.5 10Z",
  never: "M2 2h16v16H2Z",
  revoked: "M10 1 19 7.8 15.6 18.5H4.4L1 7.8Z",
};

/** Only the mark; whoever shows it alone names the state beside it. */
export function Shape({ state, size = 16 }: { state: Health; size?: number }) {
  return (
    <svg class={`shape ${state}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={SHAPES[state]} />
      {size >= 18 && (
        <text x="10" y={state === "degraded" ? 16.5 : 13.8} text-anchor="middle">
          {t(`letter.${state}`)}
        </text>
      )}
    </svg>
  );
}

export function HealthMark({ state }: { state: Health }) {
  return (
    <span class={`health ${state}`}>
      <Shape state={state} size={14} />
      {t(`health.${state}`)}
    </span>
  );
}

const WHATSAPP_TONES: Record<string, Tone> = {
  working: "ok",
  connecting: "warn",
  logged_out: "bad",
  failed: "bad",
};
export const LICENCE_TONES: Record<string, Tone> = {
  active: "ok",
  ending: "warn",
  expired: "bad",
};

export const whatsappTone = (state: string | null): Tone => WHATSAPP_TONES[state ?? ""] ?? "plain";

export function whatsappText(state: string | null): string {
  const key = `whatsapp.${state ?? ""}`;
  return has(key) ? t(key) : (state ?? t("unknown"));
}

/** What people call a box: its label, or the end of its id, which is what differs. */
export const boxName = (box: Pick<FleetBox, "id" | "label">): string =>
  box.label || shortId(box.id);

export const shortId = (id: string): string => (id.length > 14 ? `…${id.slice(-8)}` : id);

/** What a box said, or a dash: one that never spoke has said nothing, or an empty word. */
export function said(text: string | null): string {
  return text === null || text === "" ? t("unknown") : text;
}
