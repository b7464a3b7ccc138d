/** The shapes of `/flows`. */

export const KINDS = [
  "say",
  "ask",
  "condition",
  "set",
  "http",
  "ask_agent",
  "handover",
  "wait",
  "jump",
  "end",
] as const;
export type Kind = (typeof KINDS)[number];

export const CHECKS = [
  "text",
  "choice",
  "email",
  "phone",
  "cpf",
  "cnpj",
  "cpf_cnpj",
  "date",
  "number",
] as const;

export const OPERATORS = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "greater",
  "greater_or_equal",
  "less",
  "less_or_equal",
  "is_set",
  "is_empty",
  "matches",
  "not_matches",
] as const;

export interface Option {
  id: string;
  label: string;
}

export interface Rule {
  id: string;
  match?: "all" | "any";
  comparisons: { variable: string; op: string; value?: string }[];
}

/** What happens when a step does not go as drawn; what is left out is as usual. */
export interface Repair {
  digression?: boolean;
  correction?: boolean;
  cancel?: boolean;
  handover?: boolean;
  tries?: number;
  onConfused?: "handover" | "end";
  timeoutMinutes?: number;
  onTimeout?: "handover" | "end";
  confusedText?: string;
  cancelText?: string;
  handoverText?: string;
  timeoutText?: string;
}

export interface Secret {
  name: string;
  known: boolean;
  nodes: string[];
}

export interface Pix {
  nameVariable?: string;
  documentVariable?: string;
  amountCentavos?: number;
  amountVariable?: string;
  description?: string;
  wait?: boolean;
  timeoutMinutes?: number;
}

/** A step; which of the fields it has, its kind says. */
export interface Step {
  id: string;
  kind: Kind;
  title?: string;
  text?: string;
  media?: { id: string };
  pix?: Pix;
  variable?: string;
  check?: Record<string, unknown> & { type?: string; options?: Option[] };
  retryText?: string;
  repair?: Repair;
  rules?: Rule[];
  assign?: { variable: string; op?: string; value?: string }[];
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutSeconds?: number;
  map?: { variable: string; path: string }[];
  question?: string;
  say?: boolean;
  seconds?: number;
  node?: string;
  flow?: string;
  position?: { x: number; y: number };
}

export interface Edge {
  id: string;
  source: string;
  target: string;
  handle?: string;
}

export interface Trigger {
  kind: "keyword" | "first_message" | "schedule" | "webhook" | "agent";
  words?: string[];
  match?: string;
  phrases?: string[];
  cron?: string;
  contacts?: string[];
  optIn?: true;
}

export interface Draft {
  start?: string;
  nodes: Step[];
  edges: Edge[];
  triggers?: Trigger[];
  variables?: { name: string; value?: string }[];
  repair?: Repair;
  language?: "pt" | "en";
  afterPerson?: "resume" | "close";
  [more: string]: unknown;
}

export interface Flow {
  id: string;
  agentId: string;
  name: string;
  description: string;
  status: "draft" | "published";
  active: boolean;
  version: number | null;
  latest: number;
  triggers: Trigger[];
  nodes: number;
  updatedAt: string;
}

export interface FlowDetail extends Flow {
  draft: Draft;
}

export interface Finding {
  node: string | null;
  field: string;
  code: string;
  detail: string;
}

export interface Version {
  version: number;
  note: string;
  publishedAt: string;
  publishedBy: string;
}

export interface Said {
  node: string;
  kind: string;
  text: string;
  options: string[];
}

export const STATES = ["asking", "sleeping", "charging", "working", "paused", "ended"] as const;
export type RunState = (typeof STATES)[number];

export interface Simulated {
  state: RunState;
  outcome: string | null;
  reason: string | null;
  node: string;
  variables: Record<string, unknown>;
  rounds: {
    input: string | { event: string } | null;
    messages: Said[];
    path: string[];
    state: RunState;
  }[];
  unusedInputs: number;
}

export interface Run {
  id: string;
  version: number;
  channel: string;
  conversationId: string | null;
  contactName: string | null;
  contactPhone: string | null;
  state: RunState;
  outcome: string | null;
  reason: string | null;
  node: string;
  variables: Record<string, unknown>;
  startedAt: string;
  updatedAt: string;
}

export interface RunLine {
  seq: number;
  at: string;
  node: string;
  what: string;
  data: Record<string, unknown>;
}

export interface Figures {
  started: number;
  outcomes: Record<string, number>;
  nodes: {
    node: string;
    title: string;
    kind: Kind | "";
    entered: number;
    left: number;
    abandoned: number;
  }[];
}

export interface ImportReport {
  flow: FlowDetail | null;
  name: string;
  mapped: number;
  approximated: number;
  notMapped: number;
  blocks: {
    block: string;
    group: string;
    type: string;
    outcome: "mapped" | "approximated" | "not_mapped";
    notePt: string;
    noteEn: string;
  }[];
}
