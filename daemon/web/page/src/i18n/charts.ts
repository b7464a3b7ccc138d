import { words } from ".";
import { en } from "./charts.en";
import { pt } from "./charts.pt";

export const { t } = words(pt, en);
