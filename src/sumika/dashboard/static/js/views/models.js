// The small models that this house runs: what each is, what its card says, and what it cost to make.
import { html } from "../../vendor/preact-htm.js";
import { bytes, number } from "../format.js";
import { useAsked } from "../hooks.js";
import { get } from "../server.js";
import { say } from "../words.js";

/** The view. */
export function View() {
  const asked = useAsked(() => get("api/models"), []);
  const models = asked.value?.models ?? [];
  const spent = models.map((model) => model.bill?.total ?? model.bill?.spent ?? model.bill?.money).filter((value) => typeof value === "number");
  return html`<div class="head"><h1>${say("view.models")}</h1><p>${say("models.note")}</p></div>
    ${asked.problem && html`<p class="problem" role="alert">${asked.problem.message}</p>`}
    ${asked.value && !models.length && html`<section class="card" data-models="0"><h2>${say("models.none")}</h2><p class="soft">${say("models.none.long")}</p><pre>sumika distil run RECIPE</pre></section>`}
    ${spent.length > 0 && html`<section class="card"><h2>${say("models.bills")}</h2><div class="value"><b>${number(spent.reduce((a, b) => a + b, 0), 2)}</b><span>${say("models.bills.long")}</span></div></section>`}
    <div class="stack" style=${{ marginTop: "16px" }}>${models.map((model) => html`<section class="card" data-model=${model.name}><div class="between"><h2>${model.name}</h2><span class="soft number">${bytes(model.bytes)}</span></div>
      <p class="soft small">SHA-256 ${model.sha256.slice(0, 16)}…</p>
      ${Object.keys(model.bill).length > 0 && html`<table><tbody>${Object.entries(model.bill).map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="number">${typeof value === "object" ? JSON.stringify(value) : String(value)}</td></tr>`)}</tbody></table>`}
      <details><summary>${say("models.card")}</summary><pre tabindex="0">${model.card}</pre></details></section>`)}</div>`;
}
