import { words } from ".";
import { en } from "./agents.en";
import { pt } from "./agents.pt";

export const { t, count, has } = words(pt, en);
