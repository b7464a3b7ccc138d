import { words } from ".";
import { en } from "./reports.en";
import { pt } from "./reports.pt";

export const { t, count, has } = words(pt, en);
