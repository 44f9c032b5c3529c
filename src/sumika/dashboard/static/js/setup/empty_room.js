// Learn the empty room: for a while nobody is at home, and what moves all the same (a fan, a curtain) is remembered.
import { html, useState } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { useLive } from "../hooks.js";
import { everybody } from "../people.js";
import { useAct } from "../parts/act.js";
import { ghostLine } from "../parts/people_layer.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const SECONDS = 120;

/** The step of set-up. */
export function EmptyRoom() {
  const { house, refresh } = useSession();
  useLive(["tracks/house"], 2);
  const [act, told, busy] = useAct();
  const [found, show] = useState(null);
  const now = everybody();
  const movers = house.known_movers ?? [];
  const learn = async () => show(await act(() => post("api/empty-room", { seconds: SECONDS })));
  const keep = async () => {
    const edits = [{ op: "set", path: "known_movers", value: found.movers }];
    if (await act(() => post("api/house/apply", { edits, base_hash: house.hash }), say("empty.kept"))) {
      show(null);
      await refresh();
    }
  };
  return html`<section class="card"><h2>${say("setup.empty")}</h2><p>${say("empty.how", { minutes: number(SECONDS / 60) })}</p>
    <p class=${now.count ? "problem" : "done"} role="status" style=${{ margin: "12px 0" }}>${now.count === null ? say("today.people.unknown") : now.count ? say("empty.somebody", { count: now.count }) : say("empty.nobody")}</p>
    <button type="button" class="button main" disabled=${busy || now.count !== 0} onClick=${learn}>${say(busy ? "empty.learning" : "empty.do")}</button>
    ${told}${found && html`<p class="hint" style=${{ marginTop: "12px" }}>${say("empty.found", { count: found.movers.length, frames: found.frames })}</p>
      <button type="button" class="button" style=${{ marginTop: "10px" }} disabled=${busy} onClick=${keep}>${say("empty.keep")}</button>`}
    <h3 style=${{ margin: "18px 0 6px" }}>${say("empty.known")}</h3>${!movers.length && html`<p class="soft">${say("empty.known.none")}</p>`}
    <ul class="list">${movers.map((mover) => html`<li>${mover.name} <span class="soft small number">${mover.middle_m.map((value) => number(value, 1)).join(", ")} m</span></li>`)}</ul>
    <h3 style=${{ margin: "18px 0 6px" }}>${say("empty.ghosts")}</h3>${!now.ghosts.length && html`<p class="soft">${say("empty.ghosts.none")}</p>`}
    <ul class="list">${now.ghosts.map((ghost) => html`<li>${ghostLine(ghost)}</li>`)}</ul></section>`;
}
