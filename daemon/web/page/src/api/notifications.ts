/** The shapes of `/notifications`. */

export const CHANNELS = ["page", "whatsapp", "email", "webhook"] as const;
export type Channel = (typeof CHANNELS)[number];
export type Severity = "info" | "warning" | "critical";
export type RuleId =
  | "session_down"
  | "queue_late"
  | "disk_low"
  | "licence"
  | "model_down"
  | "payment_overdue"
  | "webhook_disabled"
  | "sync_frozen"
  | "job_parked"
  | "document_failed";

export interface Notice {
  id: string;
  rule: RuleId | "test";
  severity: Severity;
  title: string;
  text: string;
  fix: string;
  openedAt: string;
  times: number;
  resolvedAt: string | null;
  readAt: string | null;
}

export interface Sent {
  channel: Channel;
  change: "opened" | "again" | "resolved";
  state: "waiting" | "held" | "sent" | "failed" | "skipped";
  reason: string | null;
  at: string;
}

export interface Counts {
  unread: number;
  open: number;
  critical: number;
}

export interface Rule {
  rule: RuleId;
  enabled: boolean;
  threshold: number | null;
  unit: "seconds" | "mebibytes" | "days" | "jobs" | null;
  least: number;
  most: number;
  severity: Severity;
  channels: Channel[];
}

export interface NoticeSettings {
  phone: string | null;
  agentId: string | null;
  emails: string[];
  quietHours: boolean;
  quietStart: string;
  quietEnd: string;
  criticalPasses: boolean;
  hourlyLimit: number;
  language: "pt-BR" | "en";
  timeZone: string;
  channels: Record<Channel, boolean>;
}

export interface Tried {
  channel: Channel;
  outcome: string;
  detail: string;
}
