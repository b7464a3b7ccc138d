import { area } from ".";
import { en } from "./uploads.en";
import { pt } from "./uploads.pt";

export const { t, count, has } = area(pt, en);
