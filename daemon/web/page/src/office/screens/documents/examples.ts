/** Where to begin: a content of each kind that a box takes as it stands. */
import type { Published } from "../../api/types";

export const EXAMPLES: Record<Published["kind"], object> = {
  entitlements: {
    plan: "pro",
    features: ["voice", "flows"],
    limits: { agents: 3, sessions: 2 },
    valid_until: "2027-12-31T23:59:59+00:00",
  },
  models: { models: [] },
  brand: { name: "Atende Já", accent: "#0a7f96", support: "suporte@atendeja.example" },
  config: {},
  channel: { channel: "stable" },
};
