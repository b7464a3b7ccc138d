import { words } from ".";
import { en } from "./billing.en";
import { pt } from "./billing.pt";

export const { t } = words(pt, en);
