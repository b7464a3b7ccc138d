/** The shapes of the control plane's API, but for billing. */

export type { Page } from "../../api/types";

/** A list that comes whole. */
export interface Whole<T> {
  items: T[];
}

export type OfficeRole = "platform" | "reseller" | "reader";

export interface Me {
  id: string;
  name: string;
  role: OfficeRole;
  /** Empty for the platform's own people. */
  resellerId: string;
  version: string;
}

export const HEALTH = ["ok", "degraded", "down", "silent", "never", "revoked"] as const;
export type Health = (typeof HEALTH)[number];
export const WHATSAPP = ["working", "connecting", "logged_out", "failed", "none"] as const;
export const LICENCES = ["active", "ending", "expired", "none"] as const;
export type Licence = (typeof LICENCES)[number];

export interface FleetBox {
  id: string;
  label: string;
  tenantId: string;
  tenant: string;
  resellerId: string;
  status: "active" | "revoked";
  health: Health;
  version: string | null;
  wantedVersion: string | null;
  whatsapp: (typeof WHATSAPP)[number] | null;
  licence: Licence;
  licenceUntil: string | null;
  model: string | null;
  queueAgeS: number | null;
  diskFreePercent: number | null;
  queueP95Ms: number | null;
  enrolledAt: string;
  seenAt: string | null;
  alerts: number;
  clockSuspect: boolean | number;
}

export type HealthCounts = Record<Health, number>;

export interface Cell extends HealthCounts {
  id: string;
  name: string;
  resellerId: string;
  total: number;
  worst: Health;
}

export interface FleetMap {
  total: number;
  health: HealthCounts;
  versions: { version: string | null; count: number }[];
  whatsapp: { state: string | null; count: number }[];
  licences: { state: Licence; count: number }[];
  models: { model: string | null; count: number }[];
  alerts: { open: number; acked: number };
  cells: Cell[];
  cellsLeftOut: number;
  at: string;
}

export interface Overview {
  box: FleetBox;
  report: Record<string, unknown>;
  epoch: number;
  acked: number;
  keys: { id: string; validUntil: string | null }[];
  documents: {
    kind: string;
    version: number;
    sourceId: string;
    issuedAt: string;
    expiresAt: string;
    running: boolean;
  }[];
  move: { id: string; tenantId: string; tenant: string; orderedAt: string } | null;
  rotationWantedAt: string | null;
  alerts: Alert[];
  openAudits: number;
  quarantined: number;
}

export interface TimelineStep {
  at: string;
  kind: string;
  actor: string;
  text: string;
  facts: Record<string, unknown>;
}

export interface UsageSeries {
  by: "hour" | "day";
  zone: string;
  buckets: string[];
  meters: { meter: string; total: number; values: number[] }[];
}

export interface Audit {
  id: string;
  rawEpoch: number;
  first: number;
  last: number;
  verdict: string | null;
  orderedAt: string;
  answeredAt: string | null;
}

export interface Quarantined {
  epoch: number;
  seq: number;
  reason: string;
  receivedAt: string;
}

export const ALERTS = [
  "silent",
  "whatsapp_down",
  "disk_low",
  "queue_old",
  "licence_ending",
  "fork",
  "quarantine",
  "version_behind",
  "canary_stopped",
] as const;

export interface Alert {
  id: string;
  kind: (typeof ALERTS)[number];
  severity: "warning" | "critical";
  state: "open" | "acked" | "resolved";
  deviceId: string;
  label: string;
  tenantId: string;
  tenant: string;
  resellerId: string;
  facts: Record<string, unknown>;
  openedAt: string;
  ackedAt: string | null;
  ackedBy: string | null;
  resolvedAt: string | null;
}

export interface AlertCounts {
  open: number;
  acked: number;
  critical: number;
  kinds: { kind: (typeof ALERTS)[number]; open: number; acked: number }[];
}

export interface Reseller {
  id: string;
  name: string;
  createdAt: string;
}

export interface ResellerSettings {
  zone: string;
  silentHours: number;
  alertEmails: string[];
  webhookUrl: string;
  notifyFrom: "warning" | "critical" | "never";
  webhookSecret?: string;
}

export interface Tenant {
  id: string;
  resellerId: string;
  name: string;
  createdAt: string;
}

export interface Token {
  createdAt: string;
  expiresAt: string;
  deviceId: string | null;
  state: "open" | "used" | "expired";
}

export const DOCUMENTS = ["entitlements", "models", "brand", "config", "channel"] as const;

export interface Published {
  id: string;
  kind: (typeof DOCUMENTS)[number];
  percent: number;
  state: "running" | "paused" | "stopped";
  reason: string;
  createdAt: string;
  stagedAt: string;
  resellerId: string;
  tenantId: string;
  deviceId: string;
}

export interface Rollout extends Published {
  body: Record<string, unknown>;
  expiresDays: number;
  issued: number;
  good: number;
  bad: number;
  nextPercent: number | null;
  nextAt: string | null;
}

export interface Blob {
  sha256: string;
  name: string;
  bytes: number;
  createdAt: string;
  resellerId: string;
}

export interface ServerKey {
  id: string;
  publicKey: string;
  state: "active" | "announced" | "retired";
  since: string;
}

export interface OfficeUser {
  id: string;
  username: string;
  name: string;
  role: OfficeRole;
  resellerId: string;
  createdAt: string;
}

export interface OfficeKey {
  id: string;
  name: string;
  role: OfficeRole;
  resellerId: string;
  createdAt: string;
  expiresAt: string;
}

export interface LogEntry {
  id: string;
  resellerId: string;
  actor: string;
  action: string;
  target: string;
  at: string;
}

/** A number that forms may set, and its limits. */
export interface Range {
  least: number | null;
  most: number | null;
  default: number | string;
}

/** What publications may hold, and by what rules they go out. */
export interface Contents {
  features: string[];
  limits: (Range & { name: string })[];
  settings: (Range & { part: string; key: string; choices: string[] })[];
  pictureBytes: number;
  stages: number[];
  stageHours: number;
  leastReports: number;
  mostFailingPercent: number;
}
