import { words } from ".";
import { en } from "./audit.en";
import { pt } from "./audit.pt";

export const { t, count, has } = words(pt, en);
