import { words } from ".";
import { en } from "./dashboard.en";
import { pt } from "./dashboard.pt";

export const { t, count } = words(pt, en);
