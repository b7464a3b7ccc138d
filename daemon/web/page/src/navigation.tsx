/** The places of the box's page, as its navigation shows them. */
import { t } from "./i18n";
import { GROUPS, placeOf } from "./places";
import { route } from "./router";
import { Navigation as Ways } from "./ui/navigation";

export function Navigation() {
  const here = placeOf(route.value);
  const groups = GROUPS.map(({ key, places }) => ({
    heading: key && t(key),
    spots: places.map((place) => ({
      path: place.path,
      icon: place.icon,
      text: t(place.key),
      here: place === here,
      bar: place.bar,
    })),
  }));
  return <Ways groups={groups} />;
}
