// Learn the empty room: for a while nobody is at home, and what moves all the same (a fan, a curtain) is remembered.
import { html } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { useLive } from "../hooks.js";
import { everybody } from "../people.js";
import { ghostLine } from "../parts/people_layer.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const MINUTES = 5;

/** The step of set-up. */
export function EmptyRoom() {
  const { house } = useSession();
  useLive(["tracks/house"], 2);
  const now = everybody();
  const movers = house.known_movers ?? [];
  return html`<section class="card"><h2>${say("setup.empty")}</h2><p>${say("empty.how", { minutes: MINUTES })}</p>
    <p class=${now.count ? "problem" : "done"} role="status" style=${{ margin: "12px 0" }}>${now.count === null ? say("today.people.unknown") : now.count ? say("empty.somebody", { count: now.count }) : say("empty.nobody")}</p>
    <ol class="steps"><li>${say("empty.step.leave")}</li><li>${say("empty.step.learn")}<pre>sumika radar learn LOG</pre></li><li>${say("empty.step.keep")}</li></ol>
    <h3 style=${{ margin: "18px 0 6px" }}>${say("empty.known")}</h3>${!movers.length && html`<p class="soft">${say("empty.known.none")}</p>`}
    <ul class="list">${movers.map((mover) => html`<li>${mover.name} <span class="soft small number">${mover.middle_m.map((value) => number(value, 1)).join(", ")} m</span></li>`)}</ul>
    <h3 style=${{ margin: "18px 0 6px" }}>${say("empty.ghosts")}</h3>${!now.ghosts.length && html`<p class="soft">${say("empty.ghosts.none")}</p>`}
    <ul class="list">${now.ghosts.map((ghost) => html`<li>${ghostLine(ghost)}</li>`)}</ul></section>`;
}
