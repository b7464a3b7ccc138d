/** The bell of the top bar: how much is unread, live. */
import { get } from "./api/http";
import type { Counts } from "./api/notifications";
import { count, t } from "./i18n";
import { useLive } from "./live/socket";
import { route } from "./router";
import { Icon } from "./ui/icon";
import { useResource } from "./ui/resource";

export function Bell() {
  const counts = useResource("bell", () => get<Counts>("/notifications/unread"));
  useLive("notification.created notification.read notification.resolved", counts.reload);
  const unread = counts.data?.unread ?? 0;
  const here = route.value.parts[0] === "notifications";
  return (
    <a
      class={`button quiet small bare bell${counts.data?.critical ? " critical" : ""}`}
      href="#/notifications"
      aria-current={here ? "page" : undefined}
      aria-label={unread ? count("nav.unread", unread) : t("nav.notifications")}
      title={t("nav.notifications")}
    >
      <Icon name="bell" size={18} />
      {unread > 0 && (
        <span class="bell-count" aria-hidden="true">
          {unread > 99 ? "99+" : unread}
        </span>
      )}
    </a>
  );
}
