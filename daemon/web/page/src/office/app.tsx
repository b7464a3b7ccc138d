/** Chooses the screen for the route, inside the frame or, before signing in, alone. */
import { useEffect } from "preact/hooks";
import { language } from "../i18n";
import { route } from "../router";
import { ButtonLink, Empty, Loading, PageHead } from "../ui/basics";
import { Confirm, Toasts } from "../ui/feedback";
import { t } from "./i18n";
import { placeOf } from "./places";
import { Login } from "./screens/login";
import { me, starting } from "./session";
import { Shell } from "./shell";

function NotFound() {
  return (
    <>
      <PageHead title={t("lost.title")} lead={t("lost.text")} />
      <ButtonLink href="#/" icon="table" kind="primary">
        {t("nav.fleet")}
      </ButtonLink>
    </>
  );
}

function Starting() {
  return (
    <main class="gate">
      {starting.value === "unreachable" ? (
        <Empty icon="refresh" title={t("starting.title")} text={t("starting.text")} />
      ) : (
        <Loading />
      )}
    </main>
  );
}

function Body() {
  if (starting.value !== "done") return <Starting />;
  if (!me.value) return <Login />;
  return <Shell>{placeOf(route.value)?.screen(route.value) ?? <NotFound />}</Shell>;
}

export function App() {
  const code = language.value;
  useEffect(() => {
    document.documentElement.lang = code === "pt" ? "pt-BR" : "en";
  }, [code]);
  const place = me.value ? placeOf(route.value) : undefined;
  const title = [place && t(place.key), t("office.name")].filter(Boolean).join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <Body />
      <Toasts />
      <Confirm />
    </>
  );
}
