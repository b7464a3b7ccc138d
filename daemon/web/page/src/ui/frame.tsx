/** The frame around every screen: a way past the navigation, the bars, and the screen itself. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { route } from "../router";

interface Props {
  /** The bar on top and the navigation. */
  around: ComponentChildren;
  children: ComponentChildren;
}

export function Frame({ around, children }: Props) {
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
      {around}
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
