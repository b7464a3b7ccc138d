import { words } from ".";
import { en } from "./settings.en";
import { pt } from "./settings.pt";

export const { t, count, has } = words(pt, en);
