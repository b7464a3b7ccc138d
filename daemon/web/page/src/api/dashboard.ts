/** The shape of `GET /dashboard`. */
import type { WeekHour } from "./metrics";

export interface Count {
  value: number;
  previous: number;
  change: number | null;
}

export interface Rate {
  value: number | null;
  previous: number | null;
}

export interface Board {
  period: string;
  asOf: string;
  messages: {
    granularity: "hour" | "day" | "week" | "month";
    received: Count;
    sent: Count;
    items: { start: string; received: number; sent: number }[];
  };
  service: {
    cases: Count;
    containmentRate: Rate;
    handoverRate: Rate;
    firstResponseP50Seconds: Rate;
    refusalRate: Rate;
    csat: { score: number; answers: number } | null;
  };
  hours: { items: WeekHour[] };
  topics: { stems: string[]; questions: number; example: string }[];
  money: {
    currency: string;
    mrrCentavos: Count;
    revenueCentavos: Count;
    clients: Count;
    clientsLost: number;
    grossChurnPercent: string | null;
    logoChurnPercent: string | null;
    overdueCentavos: number;
    overdueInvoices: number;
    months: { period: string; mrrCentavos: number; revenueCentavos: number }[];
  };
  conversations: { open: number; bot: number; waiting: number; human: number };
  sessions: { total: number; working: number };
  queue: { waiting: number; running: number; parked: number; lateSeconds: number };
  disk: { freeBytes: number; totalBytes: number };
  notifications: { unread: number; open: number; critical: number };
}
