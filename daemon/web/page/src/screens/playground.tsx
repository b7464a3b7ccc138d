import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem";
import type { ServerEvent } from "../api/events";
import { postForEvents } from "../api/sse";
import type { Answer } from "../api/types";
import { t } from "../i18n/answers";
import { save } from "../storage";
import { Button, Empty, Panel } from "../ui/basics";
import { wordsFor } from "../ui/form";
import { Icon } from "../ui/icon";
import { ModeBadge, TraceView } from "./trace-view";

interface Turn {
  key: number;
  question: string;
  text: string;
  answer: Answer | null;
  error: string | null;
}

let nextKey = 1;

/** Keep a turn in step with the stream of its answer. */
function follow(turn: Turn, { event, data }: ServerEvent): Turn {
  const body = JSON.parse(data) as { text?: string; detail?: string } & Answer;
  if (event === "token") return { ...turn, text: turn.text + (body.text ?? "") };
  if (event === "done") return { ...turn, text: body.answer, answer: body };
  if (event === "error") return { ...turn, error: body.detail ?? t("error.unexpected") };
  return turn;
}

interface TurnProps {
  turn: Turn;
  chosen: boolean;
  onChoose: () => void;
}

function TurnView({ turn, chosen, onChoose }: TurnProps) {
  const { answer, error, text, question } = turn;
  return (
    <li class={`turn${chosen ? " chosen" : ""}`}>
      <p class="bubble contact">{question}</p>
      <div class={`bubble bot${answer ? "" : " live"}`}>
        {error ? (
          <p class="field-error" role="alert">
            <Icon name="warning" size={14} />
            {error}
          </p>
        ) : (
          <p>
            {text}
            {!answer && <span class="caret" aria-label={t("playground.thinking")} role="img" />}
          </p>
        )}
        {answer && (
          <footer>
            <ModeBadge mode={answer.mode} />
            <Button small kind="quiet" icon="trace" onClick={onChoose}>
              {t("playground.why")}
            </Button>
          </footer>
        )}
      </div>
    </li>
  );
}

/** Ask the agent as a customer would, and see why it answered so. */
export function Playground({ agentId }: { agentId: string }) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [question, setQuestion] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const busy = turns.some((turn) => !turn.answer && !turn.error);
  const end = useRef<HTMLDivElement>(null);
  const why = useRef<HTMLDivElement>(null);
  const stream = useRef<AbortController | null>(null);
  useEffect(() => () => stream.current?.abort(), []);
  useEffect(() => {
    if (turns.length > 0) end.current?.scrollIntoView({ block: "nearest" });
  }, [turns]);

  const update = (key: number, change: (turn: Turn) => Turn) =>
    setTurns((all) => all.map((turn) => (turn.key === key ? change(turn) : turn)));

  const ask = async (text: string) => {
    const key = nextKey++;
    const control = new AbortController();
    stream.current = control;
    setQuestion("");
    setTurns((all) => [...all, { key, question: text, text: "", answer: null, error: null }]);
    const body = { agentId, question: text };
    try {
      const each = (event: ServerEvent) => update(key, (turn) => follow(turn, event));
      await postForEvents("/ia/ask-to-agent", body, each, control.signal);
      // A stream that ends without its last event was cut off on the way.
      update(key, (turn) =>
        (turn.answer ?? turn.error) ? turn : { ...turn, error: t("error.offline") },
      );
      setChosen(key);
      save("tried", "yes");
    } catch (error) {
      if (control.signal.aborted) return;
      const known = error instanceof Problem ? error : new Problem(0, "offline", "");
      update(key, (turn) => ({ ...turn, error: wordsFor(known) }));
    }
  };

  const shown = turns.find((turn) => turn.key === chosen)?.answer;
  const examples = ["playground.example1", "playground.example2", "playground.example3"] as const;
  return (
    <div class="split playground">
      <Panel title={t("playground.title")} icon="play" class="chat-panel">
        {turns.length === 0 ? (
          <Empty icon="chat" title={t("playground.none")} text={t("playground.noneText")}>
            {examples.map((key) => (
              <Button key={key} small onClick={() => void ask(t(key))}>
                {t(key)}
              </Button>
            ))}
          </Empty>
        ) : (
          <ol class="turns" aria-live="polite" aria-busy={busy}>
            {turns.map((turn) => (
              <TurnView
                key={turn.key}
                turn={turn}
                chosen={turn.key === chosen}
                onChoose={() => {
                  setChosen(turn.key);
                  why.current?.scrollIntoView({ block: "start", behavior: "smooth" });
                }}
              />
            ))}
          </ol>
        )}
        <div ref={end} />
        <form
          class="composer"
          onSubmit={(event) => {
            event.preventDefault();
            const text = question.trim();
            if (text && !busy) void ask(text);
          }}
        >
          <input
            aria-label={t("playground.question")}
            placeholder={t("playground.placeholder")}
            value={question}
            autocomplete="off"
            onInput={(event) => setQuestion(event.currentTarget.value)}
          />
          <Button
            type="submit"
            kind="primary"
            icon="send"
            busy={busy}
            label={t("playground.send")}
          />
        </form>
      </Panel>
      <div ref={why} class="why">
        {shown ? (
          <TraceView key={shown.traceId} traceId={shown.traceId} />
        ) : (
          <Panel title={t("trace.title")} icon="trace" class="trace">
            <p class="quiet-note">{t("trace.none")}</p>
          </Panel>
        )}
      </div>
    </div>
  );
}
