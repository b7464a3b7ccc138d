import { words } from ".";
import { en } from "./contacts.en";
import { pt } from "./contacts.pt";

export const { t, count, has } = words(pt, en);
