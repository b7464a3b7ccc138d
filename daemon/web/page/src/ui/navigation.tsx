/** Ways around a page: a rail with all places, or on a phone a bar and a menu. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { route } from "../router";
import { Button } from "./basics";
import { Icon, type IconName } from "./icon";

/** A place as the navigation shows it. */
export interface Spot {
  path: string;
  icon: IconName;
  text: string;
  here: boolean;
  /** Stands in the phone's bar, beside the menu that holds everything. There is room for four. */
  bar?: boolean | undefined;
  /** How many things wait there; the text says it in words. */
  waiting?: { count: number; text: string } | undefined;
}

export interface SpotGroup {
  /** Its heading; the first group needs none. */
  heading?: string | undefined;
  spots: Spot[];
}

function SpotLink({ spot }: { spot: Spot }) {
  return (
    <a href={`#/${spot.path}`} aria-current={spot.here ? "page" : undefined}>
      <Icon name={spot.icon} size={20} />
      <span>{spot.text}</span>
      {spot.waiting && (
        <>
          <span class="count" aria-hidden="true">
            {spot.waiting.count > 999 ? "999+" : spot.waiting.count}
          </span>
          <span class="sr">{spot.waiting.text}</span>
        </>
      )}
    </a>
  );
}

function Groups({ groups }: { groups: SpotGroup[] }) {
  return (
    <>
      {groups.map(({ heading, spots }) => (
        <div key={heading} class="nav-group">
          {heading && <p class="nav-heading">{heading}</p>}
          <ul>
            {spots.map((spot) => (
              <li key={spot.path}>
                <SpotLink spot={spot} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

/** Everything, over the screen; the browser keeps the focus inside and closes it on Escape. */
function Menu(props: { groups: SpotGroup[]; open: boolean; onClose: () => void }) {
  const { open, onClose } = props;
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
            <Groups groups={props.groups} />
          </nav>
        </>
      )}
    </dialog>
  );
}

/** The style sheet shows one of the two, by the width of the screen. */
export function Navigation({ groups }: { groups: SpotGroup[] }) {
  const [open, setOpen] = useState(false);
  const current = route.value;
  useEffect(() => setOpen(false), [current]);
  const spots = groups.flatMap((group) => group.spots);
  const elsewhere = !spots.some((spot) => spot.here && spot.bar);
  return (
    <>
      <nav class="rail" aria-label={t("nav.label")}>
        <Groups groups={groups} />
      </nav>
      <nav class="bar" aria-label={t("nav.label")}>
        {spots
          .filter((spot) => spot.bar)
          .map((spot) => (
            <SpotLink key={spot.path} spot={spot} />
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
      <Menu groups={groups} open={open} onClose={() => setOpen(false)} />
    </>
  );
}
