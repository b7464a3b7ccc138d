import { words } from ".";
import { en } from "./templates.en";
import { pt } from "./templates.pt";

export const { t, count, has } = words(pt, en);
