import { useState } from "preact/hooks";
import { get, query } from "../api/http";
import type { Conversation, Owner, Page } from "../api/types";
import { t } from "../i18n/inbox";
import { useLive } from "../live/socket";
import { ButtonLink, Empty, Loading } from "../ui/basics";
import { ProblemNote } from "../ui/form";
import { More } from "../ui/more";
import { useResource } from "../ui/resource";
import { ChatRow } from "./chat-row";
import { ConversationView } from "./conversation";

const FILTERS = ["", "waiting", "human", "bot", "closed"] as const;
const FIRST = 40;

interface ListProps {
  current: string | undefined;
  agentId: string | null;
}

function ChatList({ current, agentId }: ListProps) {
  const [owner, setOwner] = useState<Owner | "">("");
  const [text, setText] = useState("");
  const path = `/conversations${query({ owner, q: text.trim(), agentId, limit: FIRST })}`;
  const chats = useResource(path, () => get<Page<Conversation>>(path));
  useLive("conversation.updated message.received", chats.reload);
  const { data } = chats;
  const filtered = owner !== "" || text.trim() !== "";
  return (
    <section class="chat-list panel" aria-label={t("inbox.title")}>
      <div class="chat-filters">
        <input
          type="search"
          aria-label={t("inbox.search")}
          placeholder={t("inbox.search")}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <div class="chips" role="group" aria-label={t("inbox.filter")}>
          {FILTERS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={owner === one}
              onClick={() => setOwner(one)}
            >
              {one === "" ? t("inbox.everyone") : t(`owner.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <ProblemNote problem={chats.problem} />
      {!data && !chats.problem && <Loading />}
      {data?.items.length === 0 &&
        (filtered ? (
          <Empty icon="search" title={t("inbox.noMatch")} text={t("inbox.noMatchText")} />
        ) : (
          <Empty icon="chat" title={t("inbox.none")} text={t("inbox.noneText")}>
            <ButtonLink href="#/agents">{t("inbox.noneAction")}</ButtonLink>
          </Empty>
        ))}
      <ul class="rows">
        {data?.items.map((chat) => (
          <li key={chat.id}>
            <ChatRow chat={chat} current={chat.id === current} />
          </li>
        ))}
      </ul>
      <More list={chats} path={path} />
    </section>
  );
}

/** Every chat of the box, live; on a phone the list and the chat take turns. */
export function Inbox({ id, agentId }: { id: string | undefined; agentId: string | null }) {
  return (
    <div class={`inbox${id ? " open" : ""}`}>
      <h1 class="sr" tabIndex={-1}>
        {t("inbox.title")}
      </h1>
      <ChatList current={id} agentId={agentId} />
      {id ? (
        <ConversationView key={id} id={id} />
      ) : (
        <div class="panel no-chat">
          <Empty icon="chat" title={t("inbox.choose")} text={t("inbox.chooseText")} />
        </div>
      )}
    </div>
  );
}
