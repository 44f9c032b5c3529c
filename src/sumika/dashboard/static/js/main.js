// Begins: the language first, so that nothing is drawn in the wrong one, then the page.
import { html, render } from "../vendor/preact-htm.js";
import { Page } from "./page.js";
import { chooseTheme } from "./theme.js";
import { loadWords } from "./words.js";

chooseTheme();
await loadWords();
render(html`<${Page} />`, document.getElementById("page"));
