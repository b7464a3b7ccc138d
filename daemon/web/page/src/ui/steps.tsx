/** A month of MRR as a staircase from its start to its end; each step can be pressed. */
import { floor, steps, type MonthOfMrr, type StepKind } from "../screens/finance/steps";

interface Props {
  one: MonthOfMrr;
  name: (kind: StepKind) => string;
  format: (centavos: number) => string;
  shown: StepKind | null;
  onShow: (kind: StepKind | null) => void;
}

export function Steps({ one, name, format, shown, onShow }: Props) {
  const all = steps(one);
  const base = floor(all);
  const top = Math.max(1, ...all.map((step) => step.high)) - base;
  const share = (level: number) => `${(100 * Math.max(0, level - base)) / top}%`;
  return (
    <ol class={base > 0 ? "waterfall cut" : "waterfall"}>
      {all.map((step) => (
        <li key={step.kind}>
          <button
            type="button"
            aria-pressed={shown === step.kind}
            onClick={() => onShow(shown === step.kind ? null : step.kind)}
          >
            <span class="waterfall-well" aria-hidden="true">
              <i
                class={step.tone}
                style={{ "--low": share(step.low), "--high": share(step.high) }}
              />
            </span>
            <b>{format(step.amount)}</b>
            <small>{name(step.kind)}</small>
          </button>
        </li>
      ))}
    </ol>
  );
}
