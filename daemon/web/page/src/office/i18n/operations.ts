import { area } from ".";
import { en } from "./operations.en";
import { pt } from "./operations.pt";

export const { t, count, has } = area(pt, en);
