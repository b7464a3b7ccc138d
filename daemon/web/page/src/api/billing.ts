/** The shapes of `/billing/settings`. */

export interface ReminderStep {
  /** Days from the last day to pay; null: with the invoice. */
  days: number | null;
  /** Null: the house's own words. */
  text: string | null;
}

export interface BillingSettings {
  dueDays: number;
  pix: { key: string; name: string; city: string };
  provider: {
    adapter: "none" | "asaas";
    url: string;
    keySet: boolean;
    webhookTokenSet: boolean;
  };
  reminders: {
    agentId: string;
    language: "pt-BR" | "en";
    steps: ReminderStep[];
    cancel: { enabled: boolean; afterDays: number };
  };
  grace: { enabled: boolean; days: number };
}

export interface PixPicture {
  code: string;
  svg: string;
}

export interface ProviderReached {
  state: "ok" | "refused" | "unreachable";
  detail: string;
}

export const BILLING = "/billing/settings";
