import { words } from ".";
import { en } from "./flows.en";
import { pt } from "./flows.pt";

export const { t, count, has } = words(pt, en);
