import { t } from "../i18n/charts";
import { periodOf, type Period, type Preset } from "../period";

const PRESETS: Preset[] = ["7", "30", "90", "365", "month", "last", "custom"];

interface Props {
  value: Period;
  onChange: (period: Period) => void;
  presets?: Preset[];
}

/** Choose a span of days: one of the usual ones, or two dates. */
export function PeriodPicker({ value, onChange, presets = PRESETS }: Props) {
  const choose = (preset: Preset) =>
    onChange(preset === "custom" ? { ...value, preset } : periodOf(preset));
  // A date that is half typed is empty; the period stays what it was until it is one.
  const edge = (name: "start" | "end") => (event: { currentTarget: HTMLInputElement }) => {
    const day = event.currentTarget.value;
    if (!day) return;
    const next = { ...value, [name]: day };
    if (next.start > next.end) next[name === "start" ? "end" : "start"] = day;
    onChange(next);
  };
  return (
    <>
      <label>
        {t("period.label")}
        <select
          value={value.preset}
          onChange={(event) => choose(event.currentTarget.value as Preset)}
        >
          {presets.map((preset) => (
            <option key={preset} value={preset}>
              {t(`period.${preset}`)}
            </option>
          ))}
        </select>
      </label>
      {value.preset === "custom" && (
        <>
          <label>
            {t("period.start")}
            <input type="date" value={value.start} max={value.end} onChange={edge("start")} />
          </label>
          <label>
            {t("period.end")}
            <input type="date" value={value.end} onChange={edge("end")} />
          </label>
        </>
      )}
    </>
  );
}
