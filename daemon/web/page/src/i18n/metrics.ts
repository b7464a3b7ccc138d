import { words } from ".";
import { en } from "./metrics.en";
import { pt } from "./metrics.pt";

export const { t, count } = words(pt, en);
