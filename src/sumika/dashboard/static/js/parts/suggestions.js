// What the plan asks for, with yes and no.
import { html } from "../../vendor/preact-htm.js";
import { suggestionLine } from "../actions.js";
import { useAsked, useEvery } from "../hooks.js";
import { get, post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { Why } from "./why.js";

/** Open suggestions; nothing where there are none. */
export function Suggestions() {
  const { house, may } = useSession();
  const asked = useAsked(() => (may("control") ? get("api/suggestions") : Promise.resolve({ suggestions: [] })), []);
  useEvery(20, asked.reload);
  const [act, told, busy] = useAct();
  const open = (asked.value?.suggestions ?? []).filter((one) => one.standing === "open");
  if (!open.length && !told) return null;
  const answer = async (id, yes) => {
    await act(() => post(`api/suggestions/${encodeURIComponent(id)}`, { yes }), say(yes ? "suggest.yes.done" : "suggest.no.done"));
    asked.reload();
  };
  return html`<section class="card"><h2>${say("suggest.title")}</h2>${told}
    <ul class="list">${open.map((one) => {
      const { name, what, saves, why } = suggestionLine(house, one);
      return html`<li><div class="between"><span><b>${name}</b> ${what}</span><${Why} text=${why} about=${name} end /></div>
        ${saves && html`<span class="soft small">${saves}</span>`}
        <div class="row"><button type="button" class="button main tiny" disabled=${busy} onClick=${() => answer(one.suggestion.id, true)}>${say("yes")}</button>
        <button type="button" class="button tiny" disabled=${busy} onClick=${() => answer(one.suggestion.id, false)}>${say("no")}</button></div></li>`;
    })}</ul></section>`;
}
