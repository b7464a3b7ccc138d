/** What a publication changes of what its boxes follow now. */
import { Badge, Loading } from "../../../ui/basics";
import { Icon } from "../../../ui/icon";
import type { Rollout } from "../../api/types";
import { has, t } from "../../i18n/publishing";
import { changes, type Body } from "./contents";

/** A place of a content in words: `limits.agents` as people call it. */
function placeName(place: string): string {
  for (const kind of ["setting", "field"]) {
    const key = `${kind}.${place}`;
    if (has(key)) return t(key);
  }
  const [first = "", ...rest] = place.split(".");
  const key = `field.${first}`;
  return has(key) ? [t(key), ...rest].join(" · ") : place;
}

interface Props {
  /** Null while it is not known yet; undefined where nothing is in force. */
  now: Rollout | null | undefined;
  body: Body;
}

export function Difference({ now, body }: Props) {
  if (now === null) return <Loading />;
  const found = changes(now?.body ?? {}, body);
  return (
    <>
      <p class="quiet-note">
        {now
          ? t(now.percent < 100 ? "diff.againstSome" : "diff.against", { percent: now.percent })
          : t("diff.first")}
      </p>
      {found.length === 0 && <p>{t("diff.none")}</p>}
      {found.length > 0 && (
        <ul class="rows diff" aria-label={t("diff.title")}>
          {found.map(({ place, before, after }) => (
            <li key={place}>
              <b>{placeName(place)}</b>
              <Badge tone={!before ? "ok" : !after ? "bad" : "accent"}>
                {t(!before ? "diff.added" : !after ? "diff.removed" : "diff.changed")}
              </Badge>
              <span class="diff-values">
                {before && <del>{before}</del>}
                {before && after && <Icon name="chevron" size={14} />}
                {after && <ins>{after}</ins>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
