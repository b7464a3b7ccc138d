/** The frame around every screen after signing in: brand, status, navigation. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Bell } from "./bell";
import { t } from "./i18n";
import { link } from "./live/socket";
import { Navigation } from "./navigation";
import { route } from "./router";
import { brandName, signOut, user } from "./state/session";
import { Brand } from "./ui/brand";
import { Button, Light } from "./ui/basics";
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
  const main = useRef<HTMLElement>(null);
  const place = route.value.parts.join("/");
  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    // A new screen starts at its top, with its heading read out; at once, so that whoever is quick
    // to type does not lose the focus again.
    globalThis.scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [place]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("nav.skip")}
      </a>
      <TopBar />
      <Navigation />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
