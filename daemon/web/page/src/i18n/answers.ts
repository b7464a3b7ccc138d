import { words } from ".";
import { en } from "./answers.en";
import { pt } from "./answers.pt";

export const { t, count, has } = words(pt, en);
