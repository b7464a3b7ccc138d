import { area } from ".";
import { en } from "./box.en";
import { pt } from "./box.pt";

export const { t, count, has } = area(pt, en);
