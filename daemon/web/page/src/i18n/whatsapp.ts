import { words } from ".";
import { en } from "./whatsapp.en";
import { pt } from "./whatsapp.pt";

export const { t, count, has } = words(pt, en);
