import { useState } from "preact/hooks";
import type { Message } from "../api/types";
import { day, timeOfDay } from "../i18n";
import { t as answers } from "../i18n/answers";
import { has, t } from "../i18n/inbox";
import { Button } from "../ui/basics";
import { Icon } from "../ui/icon";
import { wordsOf } from "./chat-row";
import { Formatted } from "./formatted";
import { Media } from "./media";
import { richOf } from "./rich";
import { TraceView } from "./trace-view";

function Ticks({ message }: { message: Message }) {
  const { state } = message;
  const key = `state.${state}`;
  const words = has(key) ? t(key) : state;
  const icon =
    state === "queued" || state === "sending" ? "clock" : state === "sent" ? "check" : "checks";
  return (
    <span class={`ticks ${state}`} title={words}>
      <Icon name={state === "failed" ? "warning" : icon} size={14} />
      <span class="sr">{words}</span>
    </span>
  );
}

/** The words of a message; what has none of its own is described. */
function bodyOf(message: Message): string | null {
  if (message.revoked) return t("inbox.revoked");
  if (message.kind === "reaction") {
    const emoji = message.details?.emoji;
    return typeof emoji === "string" ? `${t("kind.reaction")}: ${emoji}` : t("kind.reaction");
  }
  if (message.media && !message.text) return null;
  return wordsOf(message);
}

interface BubbleProps {
  message: Message;
  quoted: Message | undefined;
}

function Bubble({ message, quoted }: BubbleProps) {
  const [why, setWhy] = useState(false);
  const { author, revoked, traceId } = message;
  const mine = author !== "contact";
  const rich = richOf(message);
  const body = rich ? null : bodyOf(message);
  return (
    <li class={`message ${author}`}>
      <div class={`bubble ${author}`}>
        {mine && <small class="author">{t(`author.${author}`)}</small>}
        {quoted && <blockquote>{wordsOf(quoted)}</blockquote>}
        <Media message={message} />
        {rich}
        {body !== null && (
          <p class={revoked ? "revoked" : ""}>
            <Formatted text={body} />
          </p>
        )}
        <footer>
          {message.late && <span>{t("inbox.late")}</span>}
          {message.edited && <span>{t("inbox.edited")}</span>}
          <time dateTime={message.at}>{timeOfDay(message.at)}</time>
          {mine && <Ticks message={message} />}
        </footer>
        {message.error && <p class="field-error">{message.error}</p>}
        {traceId && (
          <Button small kind="quiet" icon="trace" onClick={() => setWhy(!why)}>
            {answers("playground.why")}
          </Button>
        )}
      </div>
      {why && traceId && <TraceView traceId={traceId} />}
    </li>
  );
}

/** The messages with a line where a new day begins. */
export function Messages({ items }: { items: Message[] }) {
  const byId = new Map(items.map((item) => [item.messageId ?? item.id, item]));
  let before = "";
  return (
    <ol class="messages">
      {items.map((message) => {
        const today = day(message.at);
        const turned = today !== before;
        before = today;
        return [
          turned && (
            <li key={`day-${message.id}`} class="day">
              {today}
            </li>
          ),
          <Bubble
            key={message.id}
            message={message}
            quoted={message.quotedId ? byId.get(message.quotedId) : undefined}
          />,
        ];
      })}
    </ol>
  );
}
