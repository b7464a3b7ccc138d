import type { Draft, Step } from "../../api/flows";
import { BOX, layout, waysOf } from "../../graph";
import { t } from "../../i18n/flows";

const MAX = 22;

/** What a step says of itself in one line. */
export function nameOf(step: Step): string {
  const words = step.title ?? step.text ?? step.question ?? step.url ?? step.variable ?? "";
  return words.trim() === "" ? t(`kind.${step.kind}`) : words.trim();
}

const cut = (text: string) => (text.length > MAX ? `${text.slice(0, MAX - 1)}…` : text);

interface Props {
  draft: Draft;
  /** The step that is open in the list. */
  open: string | null;
  wrong: Set<string>;
  onOpen?: (id: string) => void;
}

/** The graph, laid out in layers, to be looked at. The list of steps tells the same in words. */
export function FlowPicture({ draft, open, wrong, onOpen }: Props) {
  const { boxes, width, height } = layout(draft);
  const at = new Map(boxes.map((box) => [box.step.id, box]));
  const ways = waysOf(draft);
  return (
    <div class="flow-picture" tabIndex={0} role="region" aria-label={t("flow.picture")}>
      <svg
        role="img"
        aria-label={t("flow.pictureOf", { n: boxes.length, ways: ways.length })}
        style={{ maxWidth: `${width}px`, minWidth: `${Math.min(width, width * 0.55)}px` }}
        viewBox={`0 0 ${width} ${height}`}
      >
        {ways.map(({ id, source, target }) => {
          const [from, to] = [at.get(source), at.get(target)];
          if (!from || !to) return null;
          const [x1, y1] = [from.x + BOX.width / 2, from.y + BOX.height];
          const [x2, y2] = [to.x + BOX.width / 2, to.y];
          const bend = Math.max(26, Math.abs(y2 - y1) / 2);
          const back = y2 <= y1 ? " back" : "";
          return (
            <path
              key={id}
              class={`flow-way${back}`}
              d={`M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 3}`}
            />
          );
        })}
        {boxes.map(({ step, x, y }) => (
          <g
            key={step.id}
            class={`flow-box ${step.kind}${step.id === open ? " open" : ""}${wrong.has(step.id) ? " wrong" : ""}`}
            onClick={() => onOpen?.(step.id)}
          >
            <rect x={x} y={y} width={BOX.width} height={BOX.height} rx="4" />
            <text x={x + 12} y={y + 18} class="flow-kind">
              {t(`kind.${step.kind}`)}
            </text>
            <text x={x + 12} y={y + 35}>
              {cut(nameOf(step))}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
