/** The shapes of plans, subscriptions, invoices and figures. All amounts are whole centavos. */

export type Tier = "retail" | "wholesale";
export const PERIODS = [1, 3, 6, 12] as const;

export interface MeterPrice {
  included: number;
  perThousandCentavos: number;
}

export interface Version {
  effectiveFrom: string;
  currency: string;
  periodMonths: (typeof PERIODS)[number];
  baseCentavos: number;
  meters: Record<string, MeterPrice>;
  createdAt: string;
}

export interface Plan {
  id: string;
  tier: Tier;
  resellerId: string;
  name: string;
  description: string;
  wholesalePlanId: string | null;
  archived: boolean | number;
  createdAt: string;
  current: Version | null;
  subscribers: number;
}

export interface PlanWithVersions extends Plan {
  versions: Version[];
}

export interface Subscription {
  tenantId: string;
  tenant: string;
  resellerId: string;
  state: "none" | "active" | "cancelled";
  planId: string;
  plan: string;
  since: string | null;
  endsOn: string | null;
  mrrCentavos: number;
  costCentavos: number;
  currency: string;
}

export interface Move {
  id: string;
  on: string;
  kind: "start" | "upgrade" | "downgrade" | "change" | "cancel" | "resume";
  planId: string;
  plan: string;
  mrrCentavos: number;
  previousMrrCentavos: number;
  reason: string;
  actor: string;
  createdAt: string;
}

export interface SubscriptionLife extends Subscription {
  moves: Move[];
}

export interface Quote {
  kind: Move["kind"];
  mrrCentavos: number;
  previousMrrCentavos: number;
  creditCentavos: number;
  chargeCentavos: number;
}

export interface InvoiceRow {
  id: string;
  number: string;
  tenantId: string;
  tenant: string;
  resellerId: string;
  period: string;
  currency: string;
  totalCentavos: number;
  costCentavos: number;
  marginCentavos: number;
  issuedAt: string;
}

export interface InvoiceLine {
  kind: "base" | "credit" | "usage" | "adjustment";
  code: string;
  description: string;
  from: string | null;
  to: string | null;
  quantity: number;
  included: number;
  billed: number;
  perThousandCentavos: number;
  totalCentavos: number;
  evidence?: unknown[];
}

export interface Invoice {
  id?: string;
  number?: string;
  tenantId: string;
  period: string;
  zone: string;
  currency: string;
  lines: InvoiceLine[];
  totalCentavos: number;
  cost: { lines: InvoiceLine[]; totalCentavos: number };
  marginCentavos: number;
  issuedAt?: string | null;
}

export interface InvoiceRun {
  issued: number | unknown[];
  skipped: number | unknown[];
  failed: { tenantId: string; code: string; detail: string }[];
}

export interface Month {
  period: string;
  startCentavos: number;
  newCentavos: number;
  expansionCentavos: number;
  contractionCentavos: number;
  churnCentavos: number;
  reactivationCentavos: number;
  endCentavos: number;
  logosStart: number;
  logosNew: number;
  logosLost: number;
  logosEnd: number;
  revenueChurnBps: number | null;
  logoChurnBps: number | null;
  nrrBps: number | null;
  grrBps: number | null;
  arpaCentavos: number | null;
}

export interface Movement {
  tenantId: string;
  tenant: string;
  resellerId: string;
  kind: "new" | "expansion" | "contraction" | "churn" | "reactivation";
  startCentavos: number;
  endCentavos: number;
  amountCentavos: number;
}

export interface MarginOf {
  tenantId: string;
  tenant: string;
  resellerId: string;
  retailCentavos: number;
  costCentavos: number;
  marginCentavos: number;
  marginBps: number | null;
}

export interface Margin {
  period: string;
  retailCentavos: number;
  costCentavos: number;
  marginCentavos: number;
  marginBps: number | null;
  tenants: MarginOf[];
}

export interface UpsellSignal {
  tenantId: string;
  tenant: string;
  resellerId: string;
  deviceId: string | null;
  signal: "entitlement" | "queue_wait" | "unanswered";
  meter: string | null;
  evidence: {
    cycles?: { period: string; used: number; included: number; shareBps: number | null }[];
    p95Ms?: number;
    limitMs?: number;
    topics?: number;
    at?: string;
  };
  planId: string | null;
  plan: string | null;
}

export interface Summary {
  mrrCentavos: number;
  costCentavos: number;
  tenants: number;
  boxes: number;
  subscribed: number;
  currency: string;
  lastMonth: Month | null;
}
