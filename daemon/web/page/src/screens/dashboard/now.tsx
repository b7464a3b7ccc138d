import type { Board } from "../../api/dashboard";
import { bytes, number, seconds } from "../../i18n";
import { count, t } from "../../i18n/dashboard";
import { Stat, Stats } from "../../ui/stat";

// A job that is due is taken within moments; beyond this the queue deserves a word.
const LATE_S = 30;

/** The box at this moment, and where to go when something is the matter. */
export function Now({ board }: { board: Board }) {
  const { conversations, sessions, queue, disk, notifications } = board;
  const queueNote =
    queue.parked > 0
      ? count("board.parked", queue.parked)
      : queue.lateSeconds > LATE_S
        ? t("board.late", { time: seconds(queue.lateSeconds) })
        : t("board.onTime");
  return (
    <section aria-label={t("board.now")}>
      <Stats>
        <Stat
          label={t("board.waiting")}
          value={number(conversations.waiting)}
          note={t(conversations.waiting ? "board.waitingSome" : "board.waitingNone")}
          tone={conversations.waiting ? "human" : undefined}
          href="#/inbox"
        />
        <Stat
          label={t("board.open")}
          value={number(conversations.open)}
          note={t("board.openNote", {
            bot: number(conversations.bot),
            human: number(conversations.human),
          })}
          href="#/inbox"
        />
        <Stat
          label={t("board.numbers")}
          value={t("board.numbersOf", { working: sessions.working, total: sessions.total })}
          note={sessions.working === 0 && t("board.noNumbers")}
          tone={sessions.working < sessions.total ? "warn" : undefined}
          href="#/agents"
        />
        <Stat
          label={t("board.queue")}
          value={number(queue.waiting + queue.running)}
          note={queueNote}
          tone={queue.parked || queue.lateSeconds > LATE_S ? "warn" : undefined}
          href="#/settings/box"
        />
        <Stat
          label={t("board.notices")}
          value={number(notifications.open)}
          note={
            notifications.critical
              ? count("board.critical", notifications.critical)
              : t("board.calm")
          }
          tone={notifications.critical ? "bad" : undefined}
          href="#/notifications"
        />
        <Stat
          label={t("board.disk")}
          value={bytes(disk.freeBytes)}
          note={t("board.diskOf", { total: bytes(disk.totalBytes) })}
          href="#/settings/box"
        />
      </Stats>
    </section>
  );
}
