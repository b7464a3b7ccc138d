import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { sendForm } from "../api/files";
import { get, post, query } from "../api/http";
import type { Conversation, Message, Owner, Page } from "../api/types";
import { ago } from "../i18n";
import { t } from "../i18n/inbox";
import { useLive } from "../live/socket";
import { phone } from "../phone";
import { may } from "../state/session";
import { Button, Loading } from "../ui/basics";
import { toastProblem } from "../ui/feedback";
import { FileButton } from "../ui/file-button";
import { ProblemNote, useAction } from "../ui/form";
import { Icon } from "../ui/icon";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";
import { contactName, OwnerBadge } from "./chat-row";
import { Messages } from "./messages";

const FIRST = 50;

/** Oldest first, each message once. */
export function inOrder(items: Message[]): Message[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  return [...byId.values()].sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

interface HeadProps {
  chat: Conversation;
  onChanged: (chat: Conversation) => void;
}

function ChatHead({ chat, onChanged }: HeadProps) {
  const move = (owner: Owner) =>
    post<Conversation>(`/conversations/${chat.id}/owner`, { owner }).then(onChanged, toastProblem);
  const { owner, ownerSince } = chat;
  return (
    <header class="chat-head">
      <a class="button quiet bare only-phone" href="#/inbox" aria-label={t("common.back")}>
        <Icon name="back" />
      </a>
      <div class="chat-who">
        <h2>{contactName(chat)}</h2>
        <small>
          {chat.contact.name && chat.contact.phone && phone(chat.contact.phone)}
          {ownerSince && (
            <span class="only-wide"> {t("inbox.ownerSince", { ago: ago(ownerSince) })}</span>
          )}
        </small>
      </div>
      <OwnerBadge owner={owner} />
      {may("operator") && (
        <div class="actions">
          {owner !== "human" && (
            <Button small kind="primary" icon="hand" onClick={() => void move("human")}>
              {t("inbox.take")}
            </Button>
          )}
          {owner !== "bot" && (
            <Button small icon="agent" onClick={() => void move("bot")}>
              {t("inbox.giveBack")}
            </Button>
          )}
          {owner !== "closed" && (
            <Button small kind="quiet" icon="check" onClick={() => void move("closed")}>
              {t("inbox.close")}
            </Button>
          )}
        </div>
      )}
    </header>
  );
}

interface ComposerProps {
  chat: Conversation;
  onSent: () => void;
}

function Composer({ chat, onSent }: ComposerProps) {
  const [text, setText] = useState("");
  const send = useAction(async () => {
    await post(`/conversations/${chat.id}/messages`, { text: text.trim() });
    setText("");
    onSent();
  });
  const submit = () => {
    if (text.trim()) void send.run();
  };
  const { phone: to } = chat.contact;
  // What was being written goes along, as the caption.
  const attach = useAction(async (file: File) => {
    if (chat.owner !== "human") {
      await post(`/conversations/${chat.id}/owner`, { owner: "human" });
    }
    await sendForm(`/whatsapp/${chat.agentId}/send-media`, {
      to: to ?? "",
      text: text.trim(),
      ...(chat.sessionId ? { sessionId: chat.sessionId } : {}),
      file,
    });
    setText("");
    onSent();
  });
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ProblemNote problem={send.problem ?? attach.problem} />
      {chat.owner === "bot" && <p class="composer-note">{t("inbox.willTake")}</p>}
      {to && (
        <FileButton
          bare
          text={t("inbox.attach")}
          icon="upload"
          accept="*/*"
          busy={attach.busy}
          onFile={(file) => void attach.run(file)}
        />
      )}
      <textarea
        rows={1}
        aria-label={t("inbox.reply")}
        placeholder={t("inbox.reply")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      <Button type="submit" kind="primary" icon="send" busy={send.busy} label={t("inbox.send")} />
    </form>
  );
}

/** One chat: its messages, who owns it, and a reply by hand. */
export function ConversationView({ id }: { id: string }) {
  const path = `/conversations/${id}`;
  const chat = useResource(path, () => get<Conversation>(path));
  const thread = `${path}/messages${query({ limit: FIRST })}`;
  const messages = useResource(thread, () => get<Page<Message>>(thread));
  const scroll = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  // The newest page is laid over what is there: earlier messages that were fetched stay.
  const refresh = () => {
    get<Page<Message>>(thread).then(
      (fresh) => messages.set((old) => ({ ...old, items: [...old.items, ...fresh.items] })),
      () => undefined,
    );
  };
  useLive(
    "message.received message.queued message.updated conversation.updated turn.answered",
    (event) => {
      const about = event.data.conversationId ?? event.data.id;
      if (about !== id) return;
      chat.reload();
      refresh();
    },
  );

  // Whoever has the chat on screen has read it.
  const unread = chat.data?.unread ?? 0;
  useEffect(() => {
    if (unread === 0 || document.hidden || !may("operator")) return;
    post(`${path}/read`).catch(() => undefined);
  }, [path, unread]);

  const items = inOrder(messages.data?.items ?? []);
  const last = items.at(-1)?.id;
  useLayoutEffect(() => {
    const box = scroll.current;
    if (box && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [last, items.length]);
  useEffect(() => {
    atEnd.current = true;
  }, [id]);

  if (!chat.data) {
    return (
      <section class="panel chat">
        {chat.problem ? <ProblemNote problem={chat.problem} /> : <Loading />}
      </section>
    );
  }
  return (
    <section class="panel chat" aria-label={contactName(chat.data)}>
      <ChatHead chat={chat.data} onChanged={(next) => chat.set(() => next)} />
      <div
        class="chat-scroll"
        ref={scroll}
        tabIndex={0}
        role="log"
        aria-label={t("inbox.messages")}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
        }}
      >
        <More list={messages} path={thread} label={t("inbox.older")} />
        <ProblemNote problem={messages.problem} />
        {!messages.data && !messages.problem && <Loading />}
        <Messages items={items} />
      </div>
      {may("operator") && <Composer chat={chat.data} onSent={refresh} />}
    </section>
  );
}
