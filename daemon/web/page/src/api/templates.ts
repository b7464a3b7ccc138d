/** The shapes of `/templates` and of golden questions. */
import type { Draft } from "./flows";

export const CATEGORIES = [
  "clinic",
  "restaurant",
  "real_estate",
  "law",
  "school",
  "car_workshop",
  "ecommerce",
  "condominium",
  "gym",
  "pet_shop",
  "other",
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Blank {
  name: string;
  label: string;
  example: string;
  required: boolean;
  default: string;
}

export interface TemplateCard {
  id: string;
  own: boolean;
  category: Category;
  language: "pt-BR" | "en";
  title: string;
  summary: string;
  niche: string;
  faqs: number;
  golden: number;
  blanks: Blank[];
  hasFlow: boolean;
}

export interface Expectation {
  words: string[];
  sources: string[];
  refusal: boolean;
}

export interface Template {
  id: string;
  own: boolean;
  category: Category;
  language: "pt-BR" | "en";
  title: string;
  summary: string;
  persona: { name: string; niche: string; tone: string; instructions: string };
  blanks: Blank[];
  faqs: { question: string; answer: string }[];
  golden: { question: string; expect: Expectation }[];
  settings: Record<string, unknown>;
  flow: { name: string; graph: Draft } | null;
}

export interface Made {
  agentId: string;
  flowId: string | null;
  faqs: number;
  golden: number;
}

export interface Golden {
  id: string;
  question: string;
  expect: Expectation;
}

export interface GoldenRun {
  id: string;
  state: "running" | "done";
  startedAt: string;
  finishedAt: string | null;
  total: number;
  passed: number;
  failed: number;
  results: {
    id: string;
    question: string;
    passed: boolean;
    missing: string[];
    mode: string;
    answer: string;
    traceId: string | null;
  }[];
}
