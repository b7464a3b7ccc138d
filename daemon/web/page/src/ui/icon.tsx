/** The page's own icons: 24-unit line drawings, coloured by the text around them. */

const PATHS = {
  home: "M4 11 12 4l8 7M6 10v9h12v-9M10 19v-5h4v5",
  agent: "M12 3 20 7.5v9L12 21l-8-4.5v-9ZM9 11v2M15 11v2M9.5 16h5",
  chat: "M4 5h16v11H10l-4 4v-4H4ZM8 9h8M8 12h5",
  logs: "M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h7",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  document: "M6 3h8l4 4v14H6ZM14 3v4h4M9 12h6M9 16h6",
  upload: "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
  faq: "M4 4h16v13h-7l-4 4v-4H4ZM10 8.5c0-2.5 4-2.5 4 0 0 1.6-2 1.6-2 3M12 14v.1",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5 20 20",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  play: "M7 4v16l13-8Z",
  send: "M4 12 20 4l-5 16-3-7ZM12 13l8-9",
  check: "M4 12l5 5L20 6",
  checks: "M2 12l5 5L17 6M11 16l1 1L22 6",
  close: "M5 5l14 14M19 5 5 19",
  moon: "M19 14.5A8 8 0 0 1 9.5 5 8 8 0 1 0 19 14.5Z",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19",
  user: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4 20c1-4 4-5.5 8-5.5s7 1.5 8 5.5",
  users:
    "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM3 20c.6-4 3-5.5 6-5.5s5.4 1.5 6 5.5M16 5.5a3.5 3.5 0 0 1 0 6.5M17 14.7c2.4.5 3.6 2.3 4 5.3",
  exit: "M10 4H5v16h5M14 8l5 4-5 4M9 12h10",
  plus: "M12 5v14M5 12h14",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  refresh: "M20 5v5h-5M4 19v-5h5M19 10a7.5 7.5 0 0 0-13-2.5M5 14a7.5 7.5 0 0 0 13 2.5",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 8v4l3 2",
  warning: "M12 4 2.5 20h19ZM12 10v5M12 17.5v.1",
  hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5V4.5a1.5 1.5 0 0 1 3 0V11 6a1.5 1.5 0 0 1 3 0v9c0 4-2 6-5 6s-4.5-1-6-4l-2-4c-.7-1.4 1.5-2.5 2.5-1Z",
  key: "M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM11 12l8-8M16 7l3 3",
  image: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15 9v.1",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM6 11a6 6 0 0 0 12 0M12 17v4",
  video: "M3 6h12v12H3ZM15 10l6-3v10l-6-3",
  pin: "M12 21c-5-6-7-9-7-12a7 7 0 0 1 14 0c0 3-2 6-7 12ZM12 7a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  back: "M14 5l-7 7 7 7M7 12h13",
  chevron: "M9 5l7 7-7 7",
  copy: "M9 9h11v11H9ZM5 15H4V4h11v1",
  qr: "M4 4h6v6H4ZM14 4h6v6h-6ZM4 14h6v6H4ZM14 14h3v3M20 14v.1M14 20h.1M18 20h2v-2",
  phone: "M7 2h10v20H7ZM11 18.5h2",
  chip: "M7 7h10v10H7ZM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
  trace: "M3 12h4l3-8 4 16 3-8h4",
  pause: "M8 5v14M16 5v14",
  globe: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM3 12h18M12 3c6 6 6 12 0 18M12 3c-6 6-6 12 0 18",
  menu: "M4 6h16M4 12h16M4 18h16",
  gauge: "M4 18a9 9 0 1 1 16 0M12 14l4-5M12 14v.1M7 18h10",
  chart: "M4 4v16h16M8 16v-5M12 16V7M16 16v-8M20 16v-3",
  coin: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM14.5 9c-.5-1-1.4-1.5-2.5-1.5-3 0-3.4 3.7 0 4.5s3 4.5 0 4.5c-1.2 0-2.2-.5-2.7-1.6M12 5.8v1.7M12 16.5v1.7",
  bell: "M6 17V10a6 6 0 0 1 12 0v7l2 2H4ZM10 21.5h4",
  report: "M6 3h8l4 4v14H6ZM14 3v4h4M9 18v-3M12 18v-6M15 18v-4",
  calendar: "M4 6h16v14H4ZM4 10h16M8 3.5V6M16 3.5V6",
  download: "M12 4v12M7 11l5 5 5-5M4 20h16",
  filter: "M4 5h16l-6 8v6l-4-2v-4Z",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2ZM9 8h6M9 12h6",
  plan: "M4 8l8-4 8 4-8 4ZM4 12l8 4 8-4M4 16l8 4 8-4",
  repeat: "M5 11V9a3 3 0 0 1 3-3h11M16 3l3 3-3 3M19 13v2a3 3 0 0 1-3 3H5M8 21l-3-3 3-3",
  bulb: "M9 17h6M10 20.5h4M12 3a6 6 0 0 1 3.5 11c-.8.6-1 1.5-1 3h-5c0-1.5-.2-2.4-1-3A6 6 0 0 1 12 3Z",
  up: "M12 20V4M5 11l7-7 7 7",
  down: "M12 4v16M5 13l7 7 7-7",
  flow: "M9 3h6v5H9ZM3 16h6v5H3ZM15 16h6v5h-6ZM12 8v4M6 16v-4h12v4",
  layers: "M4 4h10v10H4ZM8 18h12V8",
  plug: "M8 3v5M16 3v5M5 8h14v4a7 7 0 0 1-14 0ZM12 19v3",
  help: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM9.3 9.5c0-3.3 5.4-3.3 5.4 0 0 2.2-2.7 2.2-2.7 4.2M12 17v.1",
  contacts:
    "M5 3h14v18H5ZM3 8h3M3 12h3M3 16h3M12 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM8.5 17c.5-2 1.8-2.7 3.5-2.7s3 .7 3.5 2.7",
  shield: "M12 3l8 3v6c0 5-3.5 7.5-8 9-4.5-1.5-8-4-8-9V6ZM8.5 12l2.5 2.5 4.5-5",
  cloud:
    "M7 18a4 4 0 0 1 0-8 5.5 5.5 0 0 1 10.5 1A3.5 3.5 0 0 1 17 18ZM12 12v9M9.5 14.5 12 12l2.5 2.5",
  target: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 12v.1",
  table: "M4 5h16v14H4ZM4 10h16M4 14.5h16M10 5v14",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
