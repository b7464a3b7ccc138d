import { words } from ".";
import { en } from "./integrations.en";
import { pt } from "./integrations.pt";

export const { t, count, has } = words(pt, en);
