/** Parts of the page that are fetched when somebody goes there. */
import type { FunctionComponent } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, Loading, PageHead } from "./basics";

/** A component that fetches itself, from this box, the first time that it is shown. */
export function lazy<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P> {
  let loaded: FunctionComponent<P> | null = null;
  return function Lazy(props: P) {
    const [, arrived] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded || failed) return;
      load().then(
        (component) => {
          loaded = component;
          arrived((n) => n + 1);
        },
        () => setFailed(true),
      );
    }, [failed]);
    if (failed) return <Missing />;
    if (!loaded) return <Loading />;
    const Component = loaded;
    return (
      <>
        <Arrival />
        <Component {...props} />
      </>
    );
  };
}

/** A screen that came late has its heading read out, unless somebody has gone on by then. */
function Arrival() {
  useLayoutEffect(() => {
    const at = document.activeElement;
    if (at === document.body || at?.closest("nav"))
      document.querySelector<HTMLElement>("#main h1")?.focus({ preventScroll: true });
  }, []);
  return null;
}

/** The box was updated since this page was opened, or cannot be reached. */
function Missing() {
  return (
    <>
      <PageHead title={t("chunk.title")} lead={t("chunk.text")} />
      <Button kind="primary" icon="refresh" onClick={() => location.reload()}>
        {t("chunk.reload")}
      </Button>
    </>
  );
}
