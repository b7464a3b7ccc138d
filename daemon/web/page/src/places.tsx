/**
 * Every place of the page: where it stands in the navigation, and the screen that shows it.
 * A line here is a link in the rail, an entry in the phone's menu, a title and a route.
 */
import type { ComponentChildren } from "preact";
import type { Key } from "./i18n";
import type { Route } from "./route";
import { Home } from "./screens/home";
import type { IconName } from "./ui/icon";
import { lazy } from "./ui/lazy";

const AgentNew = lazy(() => import("./screens/agent-new").then((file) => file.AgentNew));
const AgentPage = lazy(() => import("./screens/agent-page").then((file) => file.AgentPage));
const Agents = lazy(() => import("./screens/agents").then((file) => file.Agents));
const Inbox = lazy(() => import("./screens/inbox").then((file) => file.Inbox));
const Logs = lazy(() => import("./screens/logs").then((file) => file.Logs));
const Settings = lazy(() => import("./screens/settings").then((file) => file.Settings));
const Contacts = lazy(() => import("./screens/contacts").then((file) => file.Contacts));
const Flows = lazy(() => import("./screens/flows").then((file) => file.Flows));
const Help = lazy(() => import("./screens/help").then((file) => file.Help));
const Integrations = lazy(() => import("./screens/integrations").then((file) => file.Integrations));
const Templates = lazy(() => import("./screens/templates").then((file) => file.Templates));
const Finance = lazy(() => import("./screens/finance").then((file) => file.Finance));
const Metrics = lazy(() => import("./screens/metrics").then((file) => file.Metrics));
const Dashboard = lazy(() => import("./screens/dashboard").then((file) => file.Dashboard));
const Reports = lazy(() => import("./screens/reports").then((file) => file.Reports));
const Notifications = lazy(() =>
  import("./screens/notifications").then((file) => file.Notifications),
);

export interface Place {
  /** The first part of the address. */
  path: string;
  icon: IconName;
  key: Key;
  screen: (route: Route) => ComponentChildren;
  /** Stands in the phone's bar, beside the menu that holds everything. There is room for four. */
  bar?: true;
}

export interface Group {
  /** Its heading; the first group needs none. */
  key?: Key;
  places: Place[];
}

export const GROUPS: Group[] = [
  {
    places: [
      { path: "", icon: "home", key: "nav.home", bar: true, screen: () => <Home /> },
      {
        path: "dashboard",
        icon: "gauge",
        key: "nav.dashboard",
        bar: true,
        screen: () => <Dashboard />,
      },
    ],
  },
  {
    key: "nav.group.service",
    places: [
      {
        path: "inbox",
        icon: "chat",
        key: "nav.inbox",
        bar: true,
        screen: ({ parts, query }) => <Inbox id={parts[1]} agentId={query.get("agent")} />,
      },
      { path: "agents", icon: "agent", key: "nav.agents", bar: true, screen: agents },
      {
        path: "flows",
        icon: "flow",
        key: "nav.flows",
        screen: ({ parts }) => <Flows id={parts[1]} tab={parts[2]} />,
      },
      {
        path: "templates",
        icon: "layers",
        key: "nav.templates",
        screen: ({ parts }) => <Templates id={parts[1]} />,
      },
      {
        path: "contacts",
        icon: "contacts",
        key: "nav.contacts",
        screen: ({ parts }) => <Contacts tab={parts[1]} id={parts[2]} />,
      },
    ],
  },
  {
    key: "nav.group.results",
    places: [
      {
        path: "metrics",
        icon: "chart",
        key: "nav.metrics",
        screen: ({ parts }) => <Metrics tab={parts[1]} />,
      },
      {
        path: "finance",
        icon: "coin",
        key: "nav.finance",
        screen: ({ parts, query }) => <Finance tab={parts[1]} id={parts[2]} query={query} />,
      },
      {
        path: "reports",
        icon: "report",
        key: "nav.reports",
        screen: ({ parts }) => <Reports tab={parts[1]} />,
      },
    ],
  },
  {
    key: "nav.group.box",
    places: [
      {
        path: "notifications",
        icon: "bell",
        key: "nav.notifications",
        screen: ({ parts }) => <Notifications tab={parts[1]} />,
      },
      {
        path: "integrations",
        icon: "plug",
        key: "nav.integrations",
        screen: ({ parts }) => <Integrations tab={parts[1]} id={parts[2]} />,
      },
      {
        path: "logs",
        icon: "logs",
        key: "nav.logs",
        screen: ({ parts }) => <Logs tab={parts[1]} />,
      },
      {
        path: "settings",
        icon: "settings",
        key: "nav.settings",
        screen: ({ parts }) => <Settings tab={parts[1]} />,
      },
      {
        path: "help",
        icon: "help",
        key: "nav.help",
        screen: ({ parts }) => <Help tab={parts[1]} />,
      },
    ],
  },
];

export const PLACES: Place[] = GROUPS.flatMap((group) => group.places);

/** The place that an address leads to. */
export const placeOf = ({ parts: [first = ""] }: Route): Place | undefined =>
  PLACES.find((place) => place.path === first);

function agents({ parts: [, id, tab], query }: Route): ComponentChildren {
  if (id === undefined) return <Agents />;
  if (id === "new") return <AgentNew />;
  return <AgentPage key={id} id={id} tab={tab} query={query} />;
}
