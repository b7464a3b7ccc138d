/** Where the office's pages start. */
import { render } from "preact";
import { applyTheme } from "../theme";
import { App } from "./app";
import { boot } from "./session";
import "../styles/index.css";
import "./office.css";
import "./publications.css";

const root = document.getElementById("app");
if (root) {
  applyTheme();
  root.replaceChildren();
  render(<App />, root);
  void boot();
}
