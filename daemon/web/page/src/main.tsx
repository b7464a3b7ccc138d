/** Where the page starts. */
import { render } from "preact";
import { App } from "./app";
import { boot } from "./state/session";
import { applyTheme } from "./theme";
import "./styles/index.css";

const root = document.getElementById("app");
if (root) {
  applyTheme();
  root.replaceChildren();
  render(<App />, root);
  void boot();
}
