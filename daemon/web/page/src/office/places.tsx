/** Every place of the office: a line here is a link, a title and a route. */
import type { ComponentChildren } from "preact";
import type { Route } from "../route";
import type { IconName } from "../ui/icon";
import { lazy } from "../ui/lazy";
import type { OfficeKeyOf } from "./i18n/keys";
import { Fleet } from "./screens/fleet";

const MapScreen = lazy(() => import("./screens/map").then((file) => file.MapScreen));
const BoxPage = lazy(() => import("./screens/box").then((file) => file.BoxPage));
const Alerts = lazy(() => import("./screens/alerts").then((file) => file.Alerts));
const Revenue = lazy(() => import("./screens/revenue").then((file) => file.Revenue));
const Invoices = lazy(() => import("./screens/invoices").then((file) => file.Invoices));
const Plans = lazy(() => import("./screens/plans").then((file) => file.Plans));
const Tenants = lazy(() => import("./screens/tenants").then((file) => file.Tenants));
const Documents = lazy(() => import("./screens/documents").then((file) => file.Documents));
const Resellers = lazy(() => import("./screens/resellers").then((file) => file.Resellers));
const People = lazy(() => import("./screens/people").then((file) => file.People));

export interface Place {
  /** The first part of the address. */
  path: string;
  icon: IconName;
  key: OfficeKeyOf;
  screen: (route: Route) => ComponentChildren;
  /** Stands in the phone's bar. There is room for four. */
  bar?: true;
  /** Only for who sees every reseller. */
  platform?: true;
}

export interface Group {
  key?: OfficeKeyOf;
  places: Place[];
}

export const GROUPS: Group[] = [
  {
    places: [
      { path: "", icon: "table", key: "nav.fleet", bar: true, screen: fleet },
      { path: "map", icon: "globe", key: "nav.map", bar: true, screen: () => <MapScreen /> },
      {
        path: "alerts",
        icon: "bell",
        key: "nav.alerts",
        bar: true,
        screen: ({ query }) => <Alerts query={query} />,
      },
    ],
  },
  {
    key: "nav.group.business",
    places: [
      {
        path: "revenue",
        icon: "chart",
        key: "nav.revenue",
        bar: true,
        screen: ({ parts }) => <Revenue tab={parts[1]} />,
      },
      {
        path: "tenants",
        icon: "users",
        key: "nav.tenants",
        screen: ({ parts }) => <Tenants id={parts[1]} />,
      },
      {
        path: "invoices",
        icon: "receipt",
        key: "nav.invoices",
        screen: ({ parts: [, tenant, period] }) => <Invoices tenant={tenant} period={period} />,
      },
      {
        path: "plans",
        icon: "plan",
        key: "nav.plans",
        screen: ({ parts }) => <Plans id={parts[1]} />,
      },
    ],
  },
  {
    key: "nav.group.office",
    places: [
      {
        path: "documents",
        icon: "send",
        key: "nav.documents",
        screen: ({ parts: [, id, kind] }) => <Documents id={id} kind={kind} />,
      },
      {
        path: "resellers",
        icon: "link",
        key: "nav.resellers",
        screen: ({ parts }) => <Resellers id={parts[1]} />,
      },
      {
        path: "people",
        icon: "key",
        key: "nav.people",
        screen: ({ parts }) => <People tab={parts[1]} />,
      },
    ],
  },
];

const PLACES: Place[] = GROUPS.flatMap((group) => group.places);

/** The place that an address leads to; a box belongs to the fleet. */
export const placeOf = ({ parts: [first = ""] }: Route): Place | undefined =>
  PLACES.find((place) => place.path === (first === "boxes" || first === "login" ? "" : first));

function fleet({ parts: [first, id, tab], query }: Route): ComponentChildren {
  if (first === "boxes" && id) return <BoxPage key={id} id={id} tab={tab} />;
  return <Fleet query={query} />;
}
