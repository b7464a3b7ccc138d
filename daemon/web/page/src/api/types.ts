/** The shapes the daemon sends, as far as the page reads them. */

export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

export type Role = "viewer" | "operator" | "owner";

export interface Brand {
  name: string;
  accent?: string | null;
  logoUrl?: string | null;
}

export interface AuthState {
  setupNeeded: boolean;
  tenantId: string;
  brand: Brand;
  version: string;
  languages: string[];
}

export interface User {
  id: string;
  name: string;
  username: string;
  role: Role;
  createdAt?: string;
}

export interface ApiKey {
  id: string;
  name: string;
  role: Role;
  prefix?: string;
  createdAt?: string;
  expiresAt?: string | null;
  lastUsedAt?: string | null;
  /** Present once, in the answer that made the key. */
  key?: string;
}

export interface Agent {
  id: string;
  name: string;
  niche: string;
  instructions: string;
  language: string;
  status: "active" | "paused";
  /** Whose it is: its use counts for their plan. */
  clientId: string | null;
  createdAt: string;
  updatedAt: string;
}

export type AnswerMode = "auto" | "generative" | "extractive";

export interface AgentSettings {
  language: string;
  answerMode: AnswerMode;
  fallback: { message: string | null; offerHuman: boolean };
  debounce: { minSeconds: number; maxSeconds: number };
  pacing: { enabled: boolean };
  handover: {
    /** Silence after which the bot is back; null: only by command. */
    returnAfterMinutes: number | null;
    keywords: string[];
    takeCommand: string;
    returnCommand: string;
  };
  autoReplyMaxAgeMinutes: number;
  threshold: number;
  showSource: boolean;
  tools: { name: "knowledge_search" | "human_handover"; enabled: boolean }[];
  voice: { reply: "never" | "mirror" | "always"; voice: string; speed: number };
  csat: { enabled: boolean; question: string | null; comment: boolean };
}

export interface KnowledgeDocument {
  id: string;
  agentId: string;
  name: string;
  title?: string | null;
  mime: string;
  bytes: number;
  pages?: number | null;
  chunks?: number | null;
  embedded?: number | null;
  progress: number;
  status: "indexing" | "ready" | "failed";
  error?: string | null;
  createdAt: string;
}

export interface Faq {
  id: string;
  question: string;
  answer: string;
}

export interface Passage {
  document: string;
  title?: string | null;
  name?: string | null;
  page?: number | null;
  text: string;
  score: number;
  chunkId?: string;
}

export type SessionState =
  | "STOPPED"
  | "STARTING"
  | "SCAN_QR_CODE"
  | "PASSKEY_REQUIRED"
  | "WORKING"
  | "RECONNECTING"
  | "LOGGED_OUT"
  | "FAILED";

export interface WhatsAppSession {
  id: string;
  agentId: string;
  name: string;
  state: SessionState;
  since: string;
  reason_code?: string | null;
  reason?: string | null;
  nextStep?: string | null;
  qr?: { text: string; svg: string; expiresAt: string } | null;
  pairingCode?: string | null;
  phone?: string | null;
}

export type Owner = "bot" | "waiting" | "human" | "closed";

export interface Conversation {
  id: string;
  agentId: string;
  sessionId?: string | null;
  contact: { id: string; name?: string | null; phone?: string | null };
  owner: Owner;
  ownerSince?: string | null;
  lastMessage?: {
    text?: string | null;
    at: string;
    fromMe: boolean;
    author: Author;
    kind: string;
  } | null;
  unread: number;
  updatedAt: string;
}

export type Author = "contact" | "bot" | "human" | "operator" | "system";

export interface Message {
  id: string;
  messageId?: string | null;
  conversationId: string;
  at: string;
  fromMe: boolean;
  author: Author;
  kind: string;
  text?: string | null;
  media?: {
    mime: string;
    bytes: number;
    sha256?: string;
    name?: string | null;
    url: string;
  } | null;
  state: string;
  error?: string | null;
  late?: boolean;
  edited?: boolean;
  revoked?: boolean;
  quotedId?: string | null;
  targetId?: string | null;
  details?: Record<string, unknown>;
  traceId?: string | null;
}

export interface Usage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
}

export interface Answer {
  answer: string;
  mode: string;
  sources: Passage[];
  traceId: string;
  usage: Usage;
}

export interface LogEntry {
  id: string;
  at: string;
  level: "info" | "warning" | "error";
  kind: "message" | "error" | "event" | "security";
  agentId: string | null;
  conversationId: string | null;
  event: string;
  facts: Record<string, unknown>;
}

export interface Job {
  id: string;
  kind: string;
  attempts: number;
  reason: string | null;
  createdAt: string;
}
