// Begins: the language first, so that nothing is drawn in the wrong one, then the page.
import { html, render } from "../vendor/preact-htm.js";
import { Page } from "./page.js";
import { place, viewOf } from "./routes.js";
import { askHouse, whoIsHere } from "./session.js";
import { chooseTheme } from "./theme.js";
import { loadWords } from "./words.js";

chooseTheme();
// Everything that the first picture needs is asked for at once; who may not see it is told so by the answers.
const asked = Promise.all([whoIsHere(), askHouse()]);
asked.catch(() => {});
viewOf(place()).load().catch(() => {});
await loadWords();
render(html`<${Page} asked=${asked} />`, document.getElementById("page"));
