/** The shapes of `/metricas`. */

export interface Said {
  definition_version: string;
  definitions: Record<string, string>;
  timeZone: string;
}

export interface MessagePoint {
  start: string;
  received: number;
  bot: number;
  phone: number;
  operator: number;
  sent: number;
  failed: number;
}

export interface Messages extends Said {
  total: number;
  received: number;
  sent: number;
  failed: number;
  items: MessagePoint[];
}

export interface Conversion extends Said {
  items: {
    agentId: string;
    cases: number;
    replied: number;
    contained: number;
    resolved: number;
    handedOver: number;
    conversionRate: number | null;
  }[];
}

export interface UsageSums {
  messages: number;
  cases: number;
  answers: number;
  apiQuestions: number;
  tokensIn: number;
  tokensOut: number;
}

export interface Usage extends Said {
  totals: UsageSums;
  previous: UsageSums;
  growth: number | null;
  items: (UsageSums & { start: string })[];
}

export interface Times {
  cases: number;
  p50: number | null;
  p95: number | null;
}

export interface Service extends Said {
  cases: number;
  replied: number;
  contained: number;
  deflected: number;
  handedOver: number;
  containmentRate: number | null;
  deflectionRate: number | null;
  handoverRate: number | null;
  answers: number;
  refusals: number;
  refusalRate: number | null;
  firstResponseSeconds: Times;
  resolutionSeconds: Times;
  tokensPerConversation: number | null;
}

export interface Topic {
  stems: string[];
  questions: number;
  conversations: number;
  lastAt: string;
  examples: {
    question: string;
    at: string;
    agentId: string;
    traceId: string;
    conversationId: string | null;
  }[];
}

export interface Topics extends Said {
  refusals: number;
  items: Topic[];
}

export interface WeekHour {
  weekday: number;
  hour: number;
  received: number;
  cases: number;
}

export interface Hours extends Said {
  items: WeekHour[];
  busiest: WeekHour[];
}
