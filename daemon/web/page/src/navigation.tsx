/** Ways around the page: a rail with all places, or on a phone a bar and a menu. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./i18n";
import { GROUPS, PLACES, placeOf, type Place } from "./places";
import { route } from "./router";
import { Button } from "./ui/basics";
import { Icon } from "./ui/icon";

function PlaceLink({ place }: { place: Place }) {
  const here = placeOf(route.value) === place;
  return (
    <a href={`#/${place.path}`} aria-current={here ? "page" : undefined}>
      <Icon name={place.icon} size={20} />
      <span>{t(place.key)}</span>
    </a>
  );
}

function Groups() {
  return (
    <>
      {GROUPS.map(({ key, places }) => (
        <div key={key} class="nav-group">
          {key && <p class="nav-heading">{t(key)}</p>}
          <ul>
            {places.map((place) => (
              <li key={place.path}>
                <PlaceLink place={place} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

/** Everything, over the screen; the browser keeps the focus inside and closes it on Escape. */
function Menu({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="menu"
      aria-label={t("nav.menu")}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose(); // the shade beside it
      }}
    >
      {open && (
        <>
          <header>
            <h2>{t("nav.menu")}</h2>
            <Button kind="quiet" icon="close" label={t("common.close")} onClick={onClose} />
          </header>
          {/* Closed before the new screen comes: closing gives the focus back to the button, and
              the new screen takes it from there. */}
          <nav aria-label={t("nav.menu")} onClick={() => dialog.current?.close()}>
            <Groups />
          </nav>
        </>
      )}
    </dialog>
  );
}

/** The style sheet shows one of the two, by the width of the screen. */
export function Navigation() {
  const [open, setOpen] = useState(false);
  const current = route.value;
  useEffect(() => setOpen(false), [current]);
  const inBar = PLACES.filter((place) => place.bar);
  const elsewhere = !placeOf(current)?.bar;
  return (
    <>
      <nav class="rail" aria-label={t("nav.label")}>
        <Groups />
      </nav>
      <nav class="bar" aria-label={t("nav.label")}>
        {inBar.map((place) => (
          <PlaceLink key={place.path} place={place} />
        ))}
        <button
          type="button"
          class={elsewhere ? "here" : ""}
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => setOpen(true)}
        >
          <Icon name="menu" size={20} />
          <span>{t("nav.menu")}</span>
        </button>
      </nav>
      <Menu open={open} onClose={() => setOpen(false)} />
    </>
  );
}
