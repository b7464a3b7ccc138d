import { words } from ".";
import { en } from "./help.en";
import { pt } from "./help.pt";

export const { t, count, has } = words(pt, en);
