import { area } from ".";
import { en } from "./publishing.en";
import { pt } from "./publishing.pt";

export const { t, count, has } = area(pt, en);
