/** The shapes of `/integrations`. */

export interface EventType {
  type: string;
  description: string;
}

export interface Webhook {
  id: string;
  name: string;
  url: string;
  events: string[];
  agentId: string | null;
  includeContent: boolean;
  headerNames: string[];
  status: "active" | "paused" | "disabled";
  reason: "gone" | "failing" | null;
  failingSince: string | null;
  /** Present once, in the answer that made it. */
  secret?: string;
}

export interface Delivery {
  id: string;
  type: string;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  status: number | null;
  error: string | null;
  ms: number | null;
  excerpt: string | null;
  nextAt: string | null;
  createdAt: string;
}

export interface DeliveryDetail extends Delivery {
  data: unknown;
  tries: {
    id: string;
    at: string;
    status: number | null;
    error: string | null;
    ms: number;
    excerpt: string | null;
  }[];
}

export interface Hook {
  id: string;
  name: string;
  action: "send_message" | "start_flow";
  agentId: string;
  sessionId: string | null;
  flowId: string | null;
  signed: boolean;
  mapping: { to: string; text?: string | null; variables?: Record<string, string> };
  status: "active" | "paused";
  /** Present once, in the answer that made it. */
  path?: string;
}

export interface Hit {
  id: string;
  at: string;
  outcome: "accepted" | "done" | "refused";
  code: string | null;
}

export const OBJECTS = ["contact", "deal", "invoice"] as const;
export type ObjectKind = (typeof OBJECTS)[number];

export const METHODS = ["POST", "PUT", "PATCH"] as const;
export type Method = (typeof METHODS)[number];

export interface RequestMap {
  method?: Method;
  path: string;
  fields?: Record<string, string> | null;
  body?: unknown;
}

export interface PullMap {
  path: string;
  items: string;
  id: string;
  changed?: string | null;
  next?: string | null;
  fields?: Record<string, string> | null;
  everyMinutes: number;
}

export interface ObjectMap {
  create: RequestMap;
  update?: RequestMap | null;
  idPointer?: string;
  pull?: PullMap | null;
}

export interface Took {
  externalId: string;
  objectId: string | null;
  action: "create" | "update" | "skip";
  changes: Record<string, [before: unknown, after: unknown]>;
  problems: string[];
}

export interface PullPreview {
  url: string;
  error: string | null;
  items: Took[];
  more: boolean;
}

export interface PullState {
  kind: ObjectKind;
  at: string | null;
  error: string | null;
  seen: number;
  created: number;
  updated: number;
  skipped: number;
}

export interface Connector {
  id: string;
  name: string;
  baseUrl: string;
  objects: Partial<Record<ObjectKind, ObjectMap>>;
  headerNames: string[];
  auto: boolean;
  status: "active" | "paused";
}

export interface DryDraft {
  action: "create" | "update" | "skip";
  method: string;
  url: string;
  headerNames: string[];
  body: unknown;
  missing: string[];
  thing: unknown;
}

export interface Sent {
  id: string;
  kind: ObjectKind;
  objectId: string;
  action: "create" | "update" | "skip";
  outcome: "done" | "failed" | "retry";
  status: number | null;
  error: string | null;
  ms: number;
  externalId: string | null;
  at: string;
  response: string | null;
  direction: "out" | "in";
  /** Fields that both sides had changed: what stayed, what was lost. */
  lost: { field: string; kept: unknown; lost: unknown; winner: "here" | "there" }[];
}

export interface Taken {
  kind: "contacts" | "clients" | "deals";
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  columns: Record<string, string>;
  ignored: string[];
  /** The first rows, as they were read. */
  sample: Record<string, unknown>[];
}

export interface ImportedFile {
  id: string;
  file: string;
  kind: string;
  outcome: "imported" | "refused";
  error: string | null;
  rows: number;
  created: number;
  updated: number;
  at: string;
}
