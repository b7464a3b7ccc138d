/** The frame around every screen after signing in: brand, status, navigation. */
import type { ComponentChildren } from "preact";
import { Bell } from "./bell";
import { t } from "./i18n";
import { link } from "./live/socket";
import { Navigation } from "./navigation";
import { brandName, signOut, user } from "./state/session";
import { Brand } from "./ui/brand";
import { Button, Light } from "./ui/basics";
import { Frame } from "./ui/frame";
import { Preferences } from "./ui/preferences";

function LinkState() {
  switch (link.value) {
    case "live":
      return <Light tone="ok">{t("link.live")}</Light>;
    case "reconnecting":
      return (
        <Light tone="warn" pulse>
          {t("link.reconnecting")}
        </Light>
      );
    default:
      return <Light tone="plain">{t("link.connecting")}</Light>;
  }
}

function TopBar() {
  return (
    <header class="topbar">
      <a class="brand" href="#/">
        <Brand />
        <span>{brandName.value}</span>
      </a>
      <div class="topbar-end">
        <span class="link-state" role="status">
          <LinkState />
        </span>
        <Bell />
        <Preferences />
        <span class="who">{user.value?.name}</span>
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

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <Frame
      around={
        <>
          <TopBar />
          <Navigation />
        </>
      }
    >
      {children}
    </Frame>
  );
}
