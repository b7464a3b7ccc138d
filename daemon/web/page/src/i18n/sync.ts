import { words } from ".";
import { en } from "./sync.en";
import { pt } from "./sync.pt";

export const { t, count, has } = words(pt, en);
