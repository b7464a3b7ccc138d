import { words } from ".";
import { en } from "./privacy.en";
import { pt } from "./privacy.pt";

export const { t, count, has } = words(pt, en);
