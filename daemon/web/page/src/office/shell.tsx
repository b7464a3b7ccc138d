/** The frame of the office after signing in. */
import type { ComponentChildren } from "preact";
import { route } from "../router";
import { Button } from "../ui/basics";
import { Frame } from "../ui/frame";
import { Mark } from "../ui/mark";
import { Navigation } from "../ui/navigation";
import { Preferences } from "../ui/preferences";
import { openAlerts, useAlertCounts } from "./alerts";
import { count, t } from "./i18n";
import { GROUPS, placeOf } from "./places";
import { me, ofPlatform, signOut } from "./session";

function TopBar() {
  return (
    <header class="topbar">
      <a class="brand" href="#/">
        <Mark />
        <span>{t("office.name")}</span>
      </a>
      <div class="topbar-end">
        <Preferences />
        <span class="who">
          {me.value?.name}
          {!ofPlatform.value && ` · ${me.value?.resellerId}`}
        </span>
        <Button
          kind="quiet"
          small
          icon="exit"
          label={t("nav.signOut")}
          onClick={() => void signOut()}
        />
      </div>
    </header>
  );
}

function Ways() {
  const here = placeOf(route.value);
  const open = openAlerts.value;
  const groups = GROUPS.map(({ key, places }) => ({
    heading: key && t(key),
    spots: places
      .filter((place) => !place.platform || ofPlatform.value)
      .map((place) => ({
        path: place.path,
        icon: place.icon,
        text: t(place.key),
        here: place === here,
        bar: place.bar,
        waiting:
          place.path === "alerts" && open > 0
            ? { count: open, text: count("alerts.open", open) }
            : undefined,
      })),
  }));
  return <Navigation groups={groups} />;
}

export function Shell({ children }: { children: ComponentChildren }) {
  useAlertCounts();
  return (
    <Frame
      around={
        <>
          <TopBar />
          <Ways />
        </>
      }
    >
      {children}
    </Frame>
  );
}
