import { words } from ".";
import { en } from "./logs.en";
import { pt } from "./logs.pt";

export const { t, count, has } = words(pt, en);
