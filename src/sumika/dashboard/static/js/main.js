// Begins: the language first, so that nothing is drawn in the wrong one, then the page.
import { html, render } from "../vendor/preact-htm.js";
import { words } from "./early.js";
import { Page } from "./page.js";
import { askHouse, whoIsHere } from "./session.js";
import { chooseTheme } from "./theme.js";

chooseTheme();
const asked = Promise.all([whoIsHere(), askHouse()]);
asked.catch(() => {});
await words;
render(html`<${Page} asked=${asked} />`, document.getElementById("page"));
