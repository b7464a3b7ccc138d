/** The shapes of `/billing` and `/financeiro`. All amounts are whole centavos. */
import { get, query } from "./http";
import type { Page } from "./types";

export const BILLING_PERIODS = ["monthly", "quarterly", "yearly"] as const;
export const METERS = ["sessions", "agents", "messages", "documents", "voice_minutes"] as const;
export const METHODS = ["pix", "boleto", "card", "transfer", "cash", "other"] as const;

export type BillingPeriod = (typeof BILLING_PERIODS)[number];
export type Meter = (typeof METERS)[number];
export type Method = (typeof METHODS)[number];

export interface Plan {
  id: string;
  code: string;
  name: string;
  description: string;
  currency: string;
  prices: Partial<Record<BillingPeriod, number>>;
  entitlements: Partial<Record<Meter, number | null>>;
  overage: Partial<Record<Meter, number>>;
  trialDays: number;
  status: "active" | "archived";
}

export interface Client {
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  document: string | null;
  externalId: string | null;
  status: "active" | "archived";
  firstPaidAt: string | null;
  createdAt: string;
}

export interface Entitlements {
  period: string;
  active: boolean;
  pastDueCentavos: number;
  meters: Partial<Record<Meter, { included: number | null; used: number }>>;
}

export type SubscriptionStatus = "trialing" | "active" | "paused" | "cancelled";

export interface Subscription {
  id: string;
  clientId: string;
  planId: string;
  period: BillingPeriod;
  priceCentavos: number;
  currency: string;
  status: SubscriptionStatus;
  mrrCentavos: number;
  startedAt: string;
  trialEndsAt: string | null;
  periodStart: string | null;
  periodEnd: string | null;
  cancelAt: string | null;
  cancelReason: "voluntary" | "payment_failure" | null;
  updatedAt: string;
}

/** What a step would do to a subscription, and what is to pay for it. */
export interface Outlook {
  subscription: Subscription;
  lines: {
    kind: InvoiceLine["kind"];
    description: string;
    totalCentavos: number;
    from: string | null;
    until: string | null;
  }[];
  netCentavos: number;
  waitingCentavos: number;
  dueNowCentavos: number;
  creditCentavos: number;
  mrrChangeCentavos: number;
  holdsFrom: string | null;
  nextChargeAt: string | null;
  invoicedAt: string;
}

export interface SubscriptionChange {
  id: string;
  at: string;
  kind: string;
  planId: string;
  period: BillingPeriod;
  priceCentavos: number;
  mrrCentavos: number;
}

export interface InvoiceLine {
  id: string;
  kind: "recurring" | "proration" | "usage" | "extra" | "credit";
  description: string;
  quantity: number;
  unitCentavos: number;
  totalCentavos: number;
  from: string | null;
  until: string | null;
}

export type InvoiceStatus = "open" | "paid" | "credited";

export interface Invoice {
  id: string;
  kind: "invoice" | "credit_note";
  label: string;
  clientId: string;
  period: string;
  currency: string;
  issuedAt: string;
  dueOn: string;
  totalCentavos: number;
  paidCentavos: number;
  creditedCentavos: number;
  balanceCentavos: number;
  status: InvoiceStatus;
  overdue: boolean;
  corrects: string | null;
  reason: string | null;
  pix: string | null;
  lines: InvoiceLine[];
}

export interface Payment {
  id: string;
  clientId: string | null;
  invoiceId: string | null;
  amountCentavos: number;
  currency: string;
  method: Method;
  state: "pending" | "overdue" | "received" | "refunded";
  at: string;
  note: string | null;
}

export type MovementKind = "new" | "expansion" | "reactivation" | "contraction" | "churn";

export interface Movement {
  clientId: string;
  kind: MovementKind;
  startCentavos: number;
  endCentavos: number;
  amountCentavos: number;
  involuntaryCentavos: number;
}

export interface WaterfallMonth {
  period: string;
  startCentavos: number;
  newCentavos: number;
  expansionCentavos: number;
  contractionCentavos: number;
  churnCentavos: number;
  reactivationCentavos: number;
  endCentavos: number;
  usageRevenueCentavos: number;
  rows: Movement[];
}

export interface Standing {
  subscriptionId: string;
  clientId: string;
  planId: string;
  mrrCentavos: number;
}

export interface Mrr {
  currency: string;
  mrrCentavos: number;
  arrCentavos: number;
  waterfall: WaterfallMonth[];
  rows: Standing[];
}

export interface Share {
  numerator: number;
  denominator: number;
  percent: string | null;
}

export interface Retention {
  period: string;
  grossRevenueChurn: Share;
  voluntaryChurn: Share;
  involuntaryChurn: Share;
  nrr: Share;
  grr: Share;
  logoChurn: Share;
  clientsStart: number;
  clientsLost: number;
}

export interface Kpi extends Omit<Retention, "rows"> {
  closed: boolean;
  mrrCentavos: number;
  revenueCentavos: number;
  billedCentavos: number;
  usageRevenueCentavos: number;
  upsellCentavos: number;
  clients: number;
}

export interface Offer {
  clientId: string;
  subscriptionId: string;
  planId: string;
  suggestedPlanId: string | null;
  meter: Meter;
  cycles: { period: string; used: number; included: number; percent: string | null }[];
}

export interface Strain {
  kind: "wait" | "unanswered";
  loads: {
    period: string;
    waits: number;
    waitP95Ms: number | null;
    questions: number;
    unanswered: number;
  }[];
}

export interface Sale {
  id: string;
  clientId: string;
  kind: "plan_upgrade" | "extra";
  description: string;
  amountCentavos: number;
  at: string;
}

export interface Upsell {
  currency: string;
  thresholdPercent: number;
  waitBudgetMs: number;
  unansweredPercent: number;
  signals: Offer[];
  strains: Strain[];
  salesCentavos: number;
  sales: Sale[];
  nextCursor: string | null;
}

/** The plans that may be subscribed to; a box has a handful. */
export const activePlans = () =>
  get<Page<Plan>>(`/billing/plans${query({ status: "active", limit: 200 })}`);

export const allPlans = () => get<Page<Plan>>("/billing/plans?limit=200");
