import { useState } from "preact/hooks";
import { get, post, query } from "../../api/http";
import type { Notice, Sent, Severity } from "../../api/notifications";
import type { Page } from "../../api/types";
import { dateTime, language } from "../../i18n";
import { t } from "../../i18n/notifications";
import { useLive } from "../../live/socket";
import { may } from "../../state/session";
import {
  Badge,
  Button,
  ButtonLink,
  Empty,
  Light,
  Loading,
  Panel,
  type Tone,
} from "../../ui/basics";
import { toastProblem } from "../../ui/feedback";
import { ProblemNote } from "../../ui/form";
import { More } from "../../ui/more";
import { useResource } from "../../ui/resource";

const TONES: Record<Severity, Tone> = { info: "accent", warning: "warn", critical: "bad" };
const SHOWN = ["all", "unread", "open"] as const;

function Deliveries({ id }: { id: string }) {
  const found = useResource(id, () => get<{ deliveries: Sent[] }>(`/notifications/${id}`));
  if (!found.data) return found.problem ? <ProblemNote problem={found.problem} /> : <Loading />;
  return (
    <ul class="deliveries">
      {found.data.deliveries.map((sent) => (
        <li key={`${sent.channel}${sent.at}`}>
          {t(`channel.${sent.channel}`)}: {t(`delivery.${sent.state}`)}
          {sent.reason && ` (${sent.reason})`} · {dateTime(sent.at)}
        </li>
      ))}
    </ul>
  );
}

function Row({ notice, onRead }: { notice: Notice; onRead: () => void }) {
  const [open, setOpen] = useState(false);
  const { resolvedAt, readAt, times } = notice;
  const read = () => post(`/notifications/${notice.id}/read`).then(onRead, toastProblem);
  const words = [
    t("notice.since", { at: dateTime(notice.openedAt) }),
    resolvedAt && t("notice.over", { at: dateTime(resolvedAt) }),
    times > 1 && t("notice.times", { n: times }),
  ];
  return (
    <li class={`notice-row ${notice.severity}${readAt ? "" : " unread"}`}>
      <header>
        <h3>{notice.title}</h3>
        {!readAt && <Badge tone="accent">{t("notice.unread")}</Badge>}
        {resolvedAt ? (
          <Badge>{t(`severity.${notice.severity}`)}</Badge>
        ) : (
          <Light tone={TONES[notice.severity]}>{t(`severity.${notice.severity}`)}</Light>
        )}
      </header>
      <p>{notice.text}</p>
      {!resolvedAt && notice.fix && (
        <p class="fix">
          <b>{t("notice.fix")}</b> {notice.fix}
        </p>
      )}
      <footer>
        <small>{words.filter(Boolean).join(" · ")}</small>
        {!readAt && may("operator") && (
          <Button
            small
            kind="quiet"
            icon="check"
            label={`${t("notice.read")}: ${notice.title}`}
            onClick={() => void read()}
          >
            {t("notice.read")}
          </Button>
        )}
        <details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{t("notice.sentTo")}</summary>
          {open && <Deliveries id={notice.id} />}
        </details>
      </footer>
    </li>
  );
}

/** Every matter, newest first. */
export function NoticeList() {
  const [shown, setShown] = useState<(typeof SHOWN)[number]>("all");
  const asked = { limit: 30, ...(shown === "all" ? {} : { [shown]: "true" }) };
  const path = `/notifications${query(asked)}`;
  // The daemon words them in the language of the page.
  const list = useResource(`${path} ${language.value}`, () => get<Page<Notice>>(path));
  useLive("notification.created notification.read notification.resolved", list.reload);
  const items = list.data?.items;
  const readAll = () => post("/notifications/read").then(list.reload, toastProblem);
  return (
    <Panel
      title={t("notice.list")}
      icon="bell"
      actions={
        <>
          <select
            class="compact"
            aria-label={t("notice.show")}
            value={shown}
            onChange={(event) => setShown(event.currentTarget.value as typeof shown)}
          >
            {SHOWN.map((one) => (
              <option key={one} value={one}>
                {t(`notice.show.${one}`)}
              </option>
            ))}
          </select>
          {may("operator") && items?.some((one) => !one.readAt) && (
            <Button small icon="checks" onClick={() => void readAll()}>
              {t("notice.readAll")}
            </Button>
          )}
        </>
      }
    >
      <ProblemNote problem={list.problem} />
      {!items && !list.problem && <Loading />}
      {items?.length === 0 && shown === "all" && (
        <Empty icon="bell" title={t("notice.none")} text={t("notice.noneText")}>
          {may("operator") && (
            <ButtonLink href="#/notifications/rules">{t("notice.toRules")}</ButtonLink>
          )}
        </Empty>
      )}
      {items?.length === 0 && shown !== "all" && (
        <Empty icon="filter" title={t("notice.noneFilter")} text={t("notice.noneFilterText")} />
      )}
      <ul class="rows">
        {items?.map((notice) => (
          <Row key={notice.id} notice={notice} onRead={list.reload} />
        ))}
      </ul>
      <More list={list} path={path} />
    </Panel>
  );
}
