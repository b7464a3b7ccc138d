/** The graph as a picture: to be looked at, moved and enlarged; a step in it opens in the list. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Draft, Step } from "../../api/flows";
import { BOX, layout, waysOf, type Box } from "../../graph";
import { t } from "../../i18n/flows";
import { Button } from "../../ui/basics";

const MAX = 19;
const STEP = 1.25;
const SMALLEST = 0.1;
const LARGEST = 2.5;

/** What a step says of itself in one line. */
export function nameOf(step: Step): string {
  const words = step.title ?? step.text ?? step.question ?? step.url ?? step.variable ?? "";
  return words.trim() === "" ? t(`kind.${step.kind}`) : words.trim();
}

const cut = (text: string) => (text.length > MAX ? `${text.slice(0, MAX - 1)}…` : text);

/** The line of a way: down to the next layer, or around the boxes that lie between. */
function lineOf(from: Box, to: Box): string {
  const [x1, y1] = [from.x + BOX.width / 2, from.y + BOX.height];
  const [x2, y2] = [to.x + BOX.width / 2, to.y];
  const back = y2 <= y1;
  if (back || (y2 - y1 > 2 * BOX.height && Math.abs(x2 - x1) < BOX.width)) {
    const side = back ? 0 : BOX.width;
    const [sx, sy] = [from.x + side, from.y + BOX.height / 2];
    const [tx, ty] = [to.x + side, to.y + BOX.height / 2];
    const out = back ? Math.min(sx, tx) - BOX.across : Math.max(sx, tx) + BOX.across;
    return `M${sx} ${sy}C${out} ${sy} ${out} ${ty} ${back ? tx - 3 : tx + 3} ${ty}`;
  }
  const bend = Math.max(26, Math.abs(y2 - y1) / 2);
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 3}`;
}

interface Props {
  draft: Draft;
  /** The step that is open in the list. */
  open: string | null;
  wrong: Set<string>;
  onOpen?: (id: string) => void;
}

/** Moves what scrolls with the mouse, as a map; a finger does it by itself. */
function useDragging() {
  const box = useRef<HTMLDivElement>(null);
  const from = useRef<{ x: number; y: number; left: number; top: number } | null>(null);
  const moved = useRef(false);
  return {
    box,
    /** Whether the click that comes now only ends a drag. */
    dragged: () => moved.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        const at = box.current;
        moved.current = false;
        if (!at || event.pointerType !== "mouse" || event.button !== 0) return;
        from.current = {
          x: event.clientX,
          y: event.clientY,
          left: at.scrollLeft,
          top: at.scrollTop,
        };
      },
      onPointerMove: (event: PointerEvent) => {
        const at = box.current;
        if (!at || !from.current) return;
        const [x, y] = [event.clientX - from.current.x, event.clientY - from.current.y];
        if (Math.abs(x) + Math.abs(y) > 4) moved.current = true;
        if (moved.current) at.scrollTo(from.current.left - x, from.current.top - y);
      },
      onPointerUp: () => (from.current = null),
      onPointerLeave: () => (from.current = null),
    },
  };
}

/** The list of steps tells the same in words. */
export function FlowPicture({ draft, open, wrong, onOpen }: Props) {
  const { boxes, width, height } = layout(draft);
  const at = new Map(boxes.map((box) => [box.step.id, box]));
  const ways = waysOf(draft);
  const { box, dragged, handlers } = useDragging();
  const [scale, setScale] = useState<number | null>(null);
  const fitting = () => {
    const { clientWidth = width, clientHeight = height } = box.current ?? {};
    return Math.max(SMALLEST, Math.min(1, clientWidth / width, clientHeight / height));
  };
  // Until somebody chooses a size, letters are as large as anywhere on the page.
  const size = scale ?? 1;
  const zoom = (by: number) => setScale(Math.min(LARGEST, Math.max(SMALLEST, size * by)));
  const place = open === null ? undefined : at.get(open);
  const middle = place && (place.x + BOX.width / 2) * size;
  const level = place && (place.y + BOX.height / 2) * size;
  useEffect(() => {
    const view = box.current;
    if (!view || middle === undefined || level === undefined) return;
    view.scrollTo(middle - view.clientWidth / 2, level - view.clientHeight / 2);
  }, [box, middle, level]);
  const keys = (event: KeyboardEvent) => {
    const act = { "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP) }[
      event.key
    ];
    if (act) act();
    else if (event.key === "0") setScale(fitting());
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div class="actions">
        <Button small onClick={() => zoom(STEP)}>
          {t("picture.in")}
        </Button>
        <Button small onClick={() => zoom(1 / STEP)}>
          {t("picture.out")}
        </Button>
        <Button small onClick={() => setScale(fitting())}>
          {t("picture.fit")}
        </Button>
      </div>
      <div
        class="flow-picture"
        tabIndex={0}
        role="region"
        aria-label={t("flow.picture")}
        aria-describedby="picture-hint"
        ref={box}
        onKeyDown={keys}
        {...handlers}
      >
        <svg
          role="img"
          aria-label={t("flow.pictureOf", { n: boxes.length, ways: ways.length })}
          style={{ width: `${width * size}px`, height: `${height * size}px` }}
          viewBox={`0 0 ${width} ${height}`}
        >
          {ways.map(({ id, source, target }) => {
            const [from, to] = [at.get(source), at.get(target)];
            if (!from || !to) return null;
            const back = to.y <= from.y ? " back" : "";
            const near = open !== null && (source === open || target === open) ? " near" : "";
            return <path key={id} class={`flow-way${back}${near}`} d={lineOf(from, to)} />;
          })}
          {boxes.map(({ step, x, y }) => (
            <g
              key={step.id}
              class={`flow-box ${step.kind}${step.id === open ? " open" : ""}${wrong.has(step.id) ? " wrong" : ""}`}
              onClick={() => !dragged() && onOpen?.(step.id)}
            >
              <title>{nameOf(step)}</title>
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
      <p class="hint" id="picture-hint">
        {t("picture.hint")}
      </p>
    </>
  );
}
