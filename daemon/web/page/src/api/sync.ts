/** The shape of `GET /sync`. */

export interface SyncState {
  state: string;
  text: string;
  deviceId: string;
  tenant: string | null;
  waiting: number;
  trouble: string;
  detail?: string;
  lastReceiptAt: string | null;
  nextTryAt?: string | null;
  clockText?: string;
  licence: string;
  entitled?: {
    state: string;
    text: string;
    until: string | null;
    plan: string;
    features: string[];
    limits: Record<string, number>;
    off: { name: string; text: string }[];
  };
  documents?: {
    kind: string;
    version: number;
    applied: number | null;
    state: string;
    text: string;
    reason: string;
  }[];
  release?: { channel: string; wanted: string | null; running: string; upToDate: boolean };
}
