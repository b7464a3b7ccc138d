import { words } from ".";
import { en as editorEn } from "./flow-editor.en";
import { pt as editorPt } from "./flow-editor.pt";
import { en } from "./flows.en";
import { pt } from "./flows.pt";

export const { t, count, has } = words({ ...pt, ...editorPt }, { ...en, ...editorEn });
