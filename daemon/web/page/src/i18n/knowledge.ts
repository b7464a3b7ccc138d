import { words } from ".";
import { en } from "./knowledge.en";
import { pt } from "./knowledge.pt";

export const { t, count, has } = words(pt, en);
