/** Chooses the screen for the route, inside the shell or, for the first two screens, alone. */
import { useEffect } from "preact/hooks";
import { language, t, type Key } from "./i18n";
import { placeOf } from "./places";
import { route } from "./router";
import { Login } from "./screens/login";
import { Setup } from "./screens/setup";
import { Shell } from "./shell";
import { box, brandName, unreachable, user } from "./state/session";
import { ButtonLink, Empty, Loading, PageHead } from "./ui/basics";
import { Confirm, Toasts } from "./ui/feedback";

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
  return <Shell>{placeOf(route.value)?.screen(route.value) ?? <NotFound />}</Shell>;
}

const GATES: Record<string, Key> = { login: "login.title", setup: "setup.title" };

export function App() {
  const code = language.value;
  useEffect(() => {
    document.documentElement.lang = code === "pt" ? "pt-BR" : "en";
  }, [code]);
  const name = brandName.value;
  const [first = ""] = route.value.parts;
  const place = GATES[first] ?? (first && placeOf(route.value)?.key);
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
