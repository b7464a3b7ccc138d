import type { Conversation, Message, Owner } from "../api/types";
import { has, shortTime, t, type Key } from "../i18n";
import { phone } from "../phone";
import { Badge, type Tone } from "../ui/basics";
import { Icon, type IconName } from "../ui/icon";

const TONES: Record<Owner, Tone> = {
  bot: "accent",
  waiting: "warn",
  human: "human",
  closed: "plain",
};

export function OwnerBadge({ owner }: { owner: Owner }) {
  return <Badge tone={TONES[owner]}>{t(`owner.${owner}` as Key)}</Badge>;
}

const KIND_ICONS: Record<string, IconName> = {
  image: "image",
  audio: "mic",
  voice: "mic",
  video: "video",
  document: "document",
  location: "pin",
  contact: "user",
};

export const iconOf = (kind: string): IconName => KIND_ICONS[kind] ?? "document";

/** Words for a message that has no text of its own. */
export function wordsOf(message: Pick<Message, "kind" | "text">): string {
  if (message.text) return message.text;
  const key = `kind.${message.kind}`;
  return t(has(key) ? key : "kind.other");
}

export function contactName(chat: Conversation): string {
  const { name, phone: digits } = chat.contact;
  return name ?? (digits ? phone(digits) : t("inbox.unknown"));
}

function initial(name: string): string {
  return String.fromCodePoint(name.codePointAt(0) ?? 63).toUpperCase();
}

/** One conversation in a list: who, what last, whose turn. */
export function ChatRow({ chat, current }: { chat: Conversation; current?: boolean }) {
  const last = chat.lastMessage;
  const name = contactName(chat);
  return (
    <a
      class={`chat-row${chat.unread > 0 ? " unread" : ""}`}
      href={`#/inbox/${chat.id}`}
      aria-current={current ? "true" : undefined}
    >
      <span class={`avatar ${chat.owner}`} aria-hidden="true">
        {chat.contact.name ? initial(name) : <Icon name="user" />}
      </span>
      <span class="chat-row-main">
        <span class="chat-row-top">
          <b>{name}</b>
          <time dateTime={last?.at ?? chat.updatedAt}>{shortTime(last?.at ?? chat.updatedAt)}</time>
        </span>
        <span class="chat-row-text">
          {last && last.kind !== "text" && <Icon name={iconOf(last.kind)} size={14} />}
          <span>
            {last?.fromMe && <em>{t(last.author === "bot" ? "inbox.byBot" : "inbox.byUs")} </em>}
            {last ? wordsOf({ kind: last.kind, text: last.text ?? null }) : ""}
          </span>
        </span>
        <span class="chat-row-end">
          <OwnerBadge owner={chat.owner} />
          {chat.unread > 0 && (
            <span class="count">
              {chat.unread}
              <span class="sr"> {t("inbox.unread")}</span>
            </span>
          )}
        </span>
      </span>
    </a>
  );
}
