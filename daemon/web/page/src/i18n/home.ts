import { words } from ".";
import { en } from "./home.en";
import { pt } from "./home.pt";

export const { t, count, has } = words(pt, en);
