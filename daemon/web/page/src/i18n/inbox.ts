import { words } from ".";
import { en } from "./inbox.en";
import { pt } from "./inbox.pt";

export const { t, count, has } = words(pt, en);
