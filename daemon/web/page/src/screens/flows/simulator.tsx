import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FlowDetail, Simulated } from "../../api/flows";
import { post } from "../../api/http";
import { has, t } from "../../i18n/flows";
import { Badge, Button, Empty, Panel } from "../../ui/basics";
import { ProblemNote, useAction } from "../../ui/form";
import { Formatted } from "../formatted";
import { nameOf } from "./picture";

type Input = string | { event: "timeout" | "paid" | "wake" };

const eventWords = (input: { event: string }) => {
  const key = `try.event.${input.event}`;
  return has(key) ? t(key) : input.event;
};

function Talk({
  flow,
  talk,
  onSay,
}: {
  flow: FlowDetail;
  talk: Simulated;
  onSay: (text: string) => void;
}) {
  const steps = new Map(flow.draft.nodes.map((step) => [step.id, nameOf(step)]));
  const last = talk.rounds.length - 1;
  return (
    <ol class="messages">
      {talk.rounds.map((round, index) => (
        <li key={index} class="turn">
          {typeof round.input === "string" && (
            <div class="message contact">
              <div class="bubble contact">
                <p>{round.input}</p>
              </div>
            </div>
          )}
          {round.input !== null && typeof round.input !== "string" && (
            <p class="day">{eventWords(round.input)}</p>
          )}
          {round.messages.map((said, place) => (
            <div key={place} class="message bot">
              <div class="bubble bot">
                <p>
                  <Formatted text={said.text} />
                </p>
                {said.options.length > 0 && (
                  <div class="actions">
                    {said.options.map((option) => (
                      <Button
                        key={option}
                        small
                        disabled={index !== last || talk.state === "ended"}
                        onClick={() => onSay(option)}
                      >
                        {option}
                      </Button>
                    ))}
                  </div>
                )}
              </div>
            </div>
          ))}
          {round.path.length > 0 && (
            <small class="meta">
              {t("try.path", { path: round.path.map((id) => steps.get(id) ?? id).join(" → ") })}
            </small>
          )}
        </li>
      ))}
    </ol>
  );
}

function Values({ values }: { values: Record<string, unknown> }) {
  const shown = Object.entries(values).filter(([, value]) => value !== null && value !== "");
  if (shown.length === 0) return <p class="hint">{t("try.noValues")}</p>;
  return (
    <dl class="facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Talk a draft through, as a customer would. */
export function Simulator({ flow }: { flow: FlowDetail }) {
  const [inputs, setInputs] = useState<Input[]>([]);
  const [talk, setTalk] = useState<Simulated | null>(null);
  const [text, setText] = useState("");
  const scroll = useRef<HTMLDivElement>(null);
  const play = useAction(async (next: Input[]) => {
    const body = { inputs: next, contact: { name: "Ana" } };
    setTalk(await post<Simulated>(`/flows/${flow.id}/simulate`, body));
    setInputs(next);
  });
  const say = (input: Input) => {
    setText("");
    void play.run([...inputs, input]);
  };
  useLayoutEffect(() => {
    const box = scroll.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [talk]);
  const state = talk?.state;
  return (
    <div class="split">
      <Panel
        title={t("tab.try")}
        icon="play"
        actions={
          talk && (
            <Button small icon="refresh" busy={play.busy} onClick={() => void play.run([])}>
              {t("try.again")}
            </Button>
          )
        }
      >
        <p class="lead">{t("try.lead")}</p>
        <ProblemNote problem={play.problem} />
        {!talk && (
          <Button kind="primary" icon="play" busy={play.busy} onClick={() => void play.run([])}>
            {t("try.begin")}
          </Button>
        )}
        {talk && (
          <div
            class="flow-talk"
            ref={scroll}
            tabIndex={0}
            role="log"
            aria-label={t("try.conversation")}
          >
            <Talk flow={flow} talk={talk} onSay={say} />
          </div>
        )}
        {talk && state !== "ended" && (
          <form
            class="composer"
            onSubmit={(event) => {
              event.preventDefault();
              if (text.trim()) say(text.trim());
            }}
          >
            <input
              aria-label={t("try.answer")}
              placeholder={t("try.answer")}
              autocomplete="off"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <Button
              type="submit"
              kind="primary"
              icon="send"
              label={t("try.send")}
              busy={play.busy}
            />
          </form>
        )}
      </Panel>
      {talk && (
        <Panel title={t("try.values")} icon="table">
          <p class="badges">
            <Badge tone={state === "ended" ? "ok" : "accent"}>
              {state === "ended" && talk.outcome
                ? t(`outcome.${talk.outcome as "completed"}`)
                : t(`runState.${talk.state}`)}
            </Badge>
          </p>
          <Values values={talk.variables} />
          <div class="actions">
            {state === "asking" && (
              <Button small icon="clock" onClick={() => say({ event: "timeout" })}>
                {t("try.timeout")}
              </Button>
            )}
            {state === "sleeping" && (
              <Button small icon="clock" onClick={() => say({ event: "wake" })}>
                {t("try.wake")}
              </Button>
            )}
            {state === "charging" && (
              <Button small icon="coin" onClick={() => say({ event: "paid" })}>
                {t("try.paid")}
              </Button>
            )}
          </div>
        </Panel>
      )}
      {!talk && (
        <Panel>
          <Empty icon="play" title={t("tab.try")} text={t("try.lead")} />
        </Panel>
      )}
    </div>
  );
}
