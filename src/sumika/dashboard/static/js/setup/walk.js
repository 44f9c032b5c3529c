// Walk the room: stand at marked places, and the page works out where a radar hangs and looks. The way is that of
// calibration: what is seen at known places tells a turn and a shift (least squares, Kabsch 1976), and what is left over
// tells how far it is to be believed.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { number, signed } from "../format.js";
import { middle, roomName } from "../house_model.js";
import { useLive } from "../hooks.js";
import { ageS, newest, watch } from "../live.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { say } from "../words.js";
import { Board } from "./canvas.js";
import { cm } from "./draft.js";

const STAND_S = 3, INSET_M = 0.5, FEWEST = 3, MOST_LEFT_M = 0.35;

/** Turn (radians) and shift that bring seen places upon true ones, and the root mean square that is left. */
export function fitted(seen, truth) {
  const mean = (places) => places.reduce(([sx, sy], [x, y]) => [sx + x / places.length, sy + y / places.length], [0, 0]);
  const [ax, ay] = mean(seen), [bx, by] = mean(truth);
  let dot = 0, cross = 0;
  seen.forEach(([x, y], n) => {
    const [ux, uy, vx, vy] = [x - ax, y - ay, truth[n][0] - bx, truth[n][1] - by];
    dot += ux * vx + uy * vy;
    cross += ux * vy - uy * vx;
  });
  const turn = Math.atan2(cross, dot);
  const moved = ([x, y]) => [bx + (x - ax) * Math.cos(turn) - (y - ay) * Math.sin(turn), by + (x - ax) * Math.sin(turn) + (y - ay) * Math.cos(turn)];
  const left = Math.sqrt(seen.reduce((sum, place, n) => {
    const [x, y] = moved(place);
    return sum + (x - truth[n][0]) ** 2 + (y - truth[n][1]) ** 2;
  }, 0) / seen.length);
  return { turn, moved, left };
}

/** Places to stand at: a step inside each corner. */
function placesOf(room) {
  const [mx, my] = middle(room.floor_m);
  return room.floor_m.map(([x, y]) => {
    const away = Math.hypot(mx - x, my - y) || 1;
    return [x + ((mx - x) / away) * INSET_M * 1.4, y + ((my - y) / away) * INSET_M * 1.4];
  });
}

/** The step of set-up. */
export function Walk({ draft, change, preview }) {
  const [id, choose] = useState(draft.radars[0]?.id ?? "");
  const [stood, put] = useState({});
  const [going, go] = useState(null);
  const trail = useRef([]);
  useLive(["tracks/house"], 5);
  const radar = draft.radars.find((one) => one.id === id);
  const room = draft.rooms.find((one) => one.id === radar?.room);
  const seen = walker(room?.id);
  if (seen) trail.current = [...trail.current.slice(-400), seen];
  useEffect(() => watch(["tracks/house"]), []);
  if (!radar || !room) return html`<section class="card"><p class="soft">${say("walk.no_radar")}</p></section>`;
  const places = placesOf(room);
  const stand = async (n) => {
    go(n);
    const found = await gather(room.id);
    go(null);
    put((before) => ({ ...before, [n]: found }));
  };
  const known = places.map((truth, n) => ({ truth, seen: stood[n] })).filter((one) => one.seen);
  const result = known.length >= FEWEST ? fitted(known.map((one) => one.seen), known.map((one) => one.truth)) : null;
  const take = () => {
    const [x, y, z] = radar.position_m;
    const [nx, ny] = result.moved([x, y]);
    const yaw = Math.round((((radar.yaw_deg ?? 0) + (result.turn * 180) / Math.PI) + 540) % 360 - 180);
    change({ radars: draft.radars.map((one) => (one.id === id ? { ...one, position_m: [cm(nx), cm(ny), z], yaw_deg: yaw } : one)) });
    put({});
  };
  return html`<div class="two"><section class="card"><${Board} rooms=${[room]} label=${say("setup.walk")}>
      ${({ x, y }) => html`<polygon class="room right" points=${pointsOf(room.floor_m, x, y)} /><polyline points=${pointsOf(trail.current, x, y)} fill="none" stroke="currentColor" stroke-width="0.03" opacity="0.35" />
        ${places.map(([px, py], n) => html`<circle class=${stood[n] ? "radar" : "corner"} cx=${x(px)} cy=${y(py)} r="0.2" /><text x=${x(px)} y=${y(py) + 0.1}>${n + 1}</text>`)}
        ${seen && html`<circle class="grip" fill="currentColor" cx=${x(seen[0])} cy=${y(seen[1])} r="0.16" />`}
        <rect class="radar" x=${x(radar.position_m[0]) - 0.12} y=${y(radar.position_m[1]) - 0.12} width="0.24" height="0.24" />`}<//></section>
    <section class="card"><h2>${say("setup.walk")}</h2><p>${say("walk.how")}</p>
      <label class="field" style=${{ marginTop: "12px" }}><span>${say("walk.radar")}</span><select value=${id} onChange=${(event) => (choose(event.target.value), put({}), (trail.current = []))}>${draft.radars.map((one) => html`<option value=${one.id}>${one.id} (${roomName(preview, one.room)})</option>`)}</select></label>
      <p class="soft" role="status">${seen ? say("walk.seen") : say("walk.unseen")}</p>
      <ul class="list">${places.map((place, n) => html`<li><div class="between"><span>${say("walk.place", { n: n + 1 })} ${n in stood && (stood[n] ? html`<span class="tag good">${say("walk.got")}</span>` : html`<span class="tag care">${say("walk.missed")}</span>`)}</span>
        <button type="button" class="button tiny" disabled=${going !== null} onClick=${() => stand(n)}>${going === n ? say("walk.waiting") : say("walk.here")}</button></div></li>`)}</ul>
      ${result && html`<p class=${result.left <= MOST_LEFT_M ? "done" : "problem"} role="status">${say(result.left <= MOST_LEFT_M ? "walk.result" : "walk.poor", { turn: signed((result.turn * 180) / Math.PI, 0), left: number(result.left * 100) })}</p>
        <button type="button" class="button main" disabled=${result.left > MOST_LEFT_M} onClick=${take}>${say("walk.take")}</button>`}
    </section></div>`;
}

/** Where the one who walks is seen; null where nobody, or more than one, is in the room. */
function walker(room) {
  const told = newest("tracks").get("house");
  if (!told || ageS(told) > 3) return null;
  const there = (told.tracks ?? []).filter((track) => track.room === room && track.kind !== "pet" && track.held_by !== "memory");
  return there.length === 1 ? there[0].position_m.slice(0, 2) : null;
}

/** Mean of where somebody is seen for a few seconds; null where that is too seldom. */
function gather(room) {
  return new Promise((done) => {
    const found = [];
    const timer = setInterval(() => {
      const place = walker(room);
      if (place) found.push(place);
    }, 150);
    setTimeout(() => {
      clearInterval(timer);
      const enough = found.length >= (STAND_S * 1000) / 150 / 2;
      done(enough ? found.reduce(([sx, sy], [x, y]) => [sx + x / found.length, sy + y / found.length], [0, 0]) : null);
    }, STAND_S * 1000);
  });
}
