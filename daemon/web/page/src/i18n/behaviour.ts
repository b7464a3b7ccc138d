import { words } from ".";
import { en } from "./behaviour.en";
import { pt } from "./behaviour.pt";

export const { t, count, has } = words(pt, en);
