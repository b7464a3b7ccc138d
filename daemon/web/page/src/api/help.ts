/** The shapes of `/support`. */

export const SUBJECTS = [
  "start",
  "whatsapp",
  "agents",
  "conversations",
  "documents",
  "flows",
  "billing",
  "reports",
  "integrations",
  "security",
  "trouble",
  "other",
] as const;
export type Subject = (typeof SUBJECTS)[number];

interface Article {
  id: string;
  category: Subject;
  language: "pt-BR" | "en";
  shipped: boolean;
  changed: boolean;
  hidden: boolean;
}

export interface HelpFaq extends Article {
  question: string;
  answer: string;
}

export interface HelpVideo extends Article {
  title: string;
  summary: string;
  steps: string[];
  link: string | null;
  video: { url: string; mime: string; bytes: number; name: string } | null;
}
