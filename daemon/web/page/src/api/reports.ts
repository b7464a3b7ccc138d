/** The shapes of `/reports`. */

export const KINDS = ["conversations", "finance", "performance", "usage"] as const;
export const FORMATS = ["pdf", "xlsx", "csv", "json", "ndjson"] as const;
export const OWNERS = ["bot", "waiting", "human", "closed"] as const;
export const EVERY = ["daily", "weekly", "monthly"] as const;

export type Kind = (typeof KINDS)[number];
export type Format = (typeof FORMATS)[number];
export type Every = (typeof EVERY)[number];

export const TABLES = {
  conversations: ["messages", "conversations"],
  finance: ["invoices", "months", "payments"],
  performance: ["agents", "topics"],
  usage: ["periods", "week"],
} as const satisfies Record<Kind, readonly string[]>;

export interface Filters {
  agentId: string | null;
  owner: (typeof OWNERS)[number] | null;
}

export interface Wish {
  kind: Kind;
  format: Format;
  language: "pt-BR" | "en";
  table: string | null;
  filters: Filters;
}

export interface Report extends Wish {
  id: string;
  start: string;
  end: string;
  state: "queued" | "running" | "ready" | "failed";
  progress: number;
  rows: number;
  bytes: number;
  error: string | null;
  name: string;
  url: string | null;
  deliveries: {
    by: "email" | "whatsapp";
    to: string[];
    state: string;
    detail: string | null;
  }[];
  createdAt: string;
  expiresAt: string | null;
}

export interface Schedule extends Wish {
  id: string;
  name: string;
  every: Every;
  hour: number;
  weekday: number;
  day: number;
  enabled: boolean;
  nextAt: string | null;
}
