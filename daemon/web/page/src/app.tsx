/** Chooses the screen for the route, inside the shell or, for the first two screens, alone. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language, t, type Key } from "./i18n";
import type { Route } from "./route";
import { route } from "./router";
import { AgentNew } from "./screens/agent-new";
import { AgentPage } from "./screens/agent-page";
import { Agents } from "./screens/agents";
import { Home } from "./screens/home";
import { Inbox } from "./screens/inbox";
import { Login } from "./screens/login";
import { Logs } from "./screens/logs";
import { Settings } from "./screens/settings";
import { Setup } from "./screens/setup";
import { Shell } from "./shell";
import { box, brandName, unreachable, user } from "./state/session";
import { ButtonLink, Empty, Loading, PageHead } from "./ui/basics";
import { Confirm, Toasts } from "./ui/feedback";

function screenFor({ parts, query }: Route): ComponentChildren {
  const [first = "", second, third] = parts;
  switch (first) {
    case "":
      return <Home />;
    case "agents":
      if (second === undefined) return <Agents />;
      return second === "new" ? <AgentNew /> : <AgentPage key={second} id={second} tab={third} />;
    case "inbox":
      return <Inbox id={second} agentId={query.get("agent")} />;
    case "logs":
      return <Logs />;
    case "settings":
      return <Settings tab={second} />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <>
      <PageHead title={t("lost.title")} lead={t("lost.text")} />
      <ButtonLink href="#/" icon="home" kind="primary">
        {t("nav.home")}
      </ButtonLink>
    </>
  );
}

function Starting() {
  return (
    <main class="gate">
      {unreachable.value ? (
        <Empty icon="refresh" title={t("starting.title")} text={t("starting.text")} />
      ) : (
        <Loading />
      )}
    </main>
  );
}

function Body() {
  if (!box.value) return <Starting />;
  const [first] = route.value.parts;
  if (first === "setup" && !user.value) return <Setup />;
  if (!user.value) return <Login />;
  return <Shell>{screenFor(route.value)}</Shell>;
}

const PLACE_TITLES: Record<string, Key> = {
  login: "login.title",
  setup: "setup.title",
  agents: "nav.agents",
  inbox: "nav.inbox",
  logs: "nav.logs",
  settings: "nav.settings",
};

export function App() {
  const code = language.value;
  useEffect(() => {
    document.documentElement.lang = code === "pt" ? "pt-BR" : "en";
  }, [code]);
  const name = brandName.value;
  const [first = ""] = route.value.parts;
  const place = PLACE_TITLES[first];
  const title = [place && t(place), name].filter(Boolean).join(" · ");
  useEffect(() => {
    if (name) document.title = title;
  }, [name, title]);
  const logo = box.value?.brand.logoUrl;
  useEffect(() => {
    if (logo) document.querySelector("link[rel=icon]")?.setAttribute("href", logo);
  }, [logo]);
  return (
    <>
      <Body />
      <Toasts />
      <Confirm />
    </>
  );
}
