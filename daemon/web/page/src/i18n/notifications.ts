import { words } from ".";
import { en } from "./notifications.en";
import { pt } from "./notifications.pt";

export const { t, count } = words(pt, en);
