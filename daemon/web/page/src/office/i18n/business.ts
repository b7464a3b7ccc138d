import { area } from ".";
import { en } from "./business.en";
import { pt } from "./business.pt";

export const { t, count, has } = area(pt, en);
