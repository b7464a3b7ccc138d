import { words } from ".";
import { en } from "./finance.en";
import { pt } from "./finance.pt";

export const { t, count, has } = words(pt, en);
