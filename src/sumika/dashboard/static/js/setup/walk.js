// Walk the room: somebody walks from mark to mark, and the house works out where a radar hangs and looks.
import { html, useState } from "../../vendor/preact-htm.js";
import { number, signed } from "../format.js";
import { middle, roomName } from "../house_model.js";
import { useAct } from "../parts/act.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { post, remove } from "../server.js";
import { say } from "../words.js";
import { Board } from "./canvas.js";
import { cm } from "./draft.js";
import { Course, Failure, useSurvey } from "./survey.js";

const ADDRESS = "api/walk";
const INSET_M = 0.7, FEWEST = 3, STEP_M = 0.1;

/** Marks to walk along: a step inside each corner. */
function marksOf(room) {
  const [mx, my] = middle(room.floor_m);
  return room.floor_m.map(([x, y]) => {
    const away = Math.hypot(mx - x, my - y) || 1;
    return [cm(x + ((mx - x) / away) * INSET_M), cm(y + ((my - y) / away) * INSET_M)];
  });
}

/** The step of set-up. */
export function Walk({ draft, change, preview }) {
  const survey = useSurvey(ADDRESS);
  const [id, choose] = useState(draft.radars[0]?.id ?? "");
  const radar = draft.radars.find((one) => one.id === id);
  const room = draft.rooms.find((one) => one.id === radar?.room);
  const [moved, move] = useState({});
  if (!radar || !room) return html`<section class="card"><p class="soft">${say("walk.no_radar")}</p></section>`;
  const marks = moved[room.id] ?? marksOf(room);
  const put = (places) => move({ ...moved, [room.id]: places });
  return html`<div class="two"><${Way} ...${{ radar, room, marks, put, fixed: survey.runs }} />
    <section class="card"><h2>${say("setup.walk")}</h2><p>${say("walk.how")}</p>
      <label class="field" style=${{ marginTop: "12px" }}><span>${say("walk.radar")}</span><select name="walk-radar" value=${id} disabled=${survey.runs} onChange=${(event) => choose(event.target.value)}>${draft.radars.map((one) => html`<option value=${one.id}>${one.id} (${roomName(preview, one.room)})</option>`)}</select></label>
      <${Marks} ...${{ marks, put, fixed: survey.runs }} /><${Going} ...${{ survey, id, marks, preview }} />
      <${Result} ...${{ survey, draft, change }} /></section></div>`;
}

/** The plan with the marks, which are dragged to where one can walk. */
function Way({ radar, room, marks, put, fixed }) {
  const [held, hold] = useState(null);
  const drag = ([px, py]) => held !== null && !fixed && put(marks.map((mark, n) => (n === held ? [cm(px), cm(py)] : mark)));
  const key = (n) => (event) => {
    const step = { ArrowLeft: [-STEP_M, 0], ArrowRight: [STEP_M, 0], ArrowUp: [0, STEP_M], ArrowDown: [0, -STEP_M] }[event.key];
    if (!step || fixed) return;
    event.preventDefault();
    put(marks.map((mark, other) => (other === n ? [cm(mark[0] + step[0]), cm(mark[1] + step[1])] : mark)));
  };
  const [rx, ry] = radar.position_m;
  return html`<section class="card"><${Board} rooms=${[room]} label=${say("setup.walk")} onDown=${(at, event) => hold(event.target.dataset.mark ? Number(event.target.dataset.mark) : null)} onMove=${drag} onUp=${() => hold(null)}>
      ${({ x, y }) => html`<polygon class="room right" points=${pointsOf(room.floor_m, x, y)} /><polygon points=${pointsOf(marks, x, y)} fill="none" stroke="currentColor" stroke-width="0.03" stroke-dasharray="0.12 0.08" opacity="0.6" pointer-events="none" />
        ${marks.map(([px, py], n) => html`<g key=${n}><circle class="corner handle" cx=${x(px)} cy=${y(py)} r="0.22" data-mark=${n} tabindex="0" role="button" aria-label=${say("walk.place", { n: n + 1 })} onKeyDown=${key(n)} /><text x=${x(px)} y=${y(py) + 0.1} pointer-events="none">${n + 1}</text></g>`)}
        <rect class="radar" x=${x(rx) - 0.12} y=${y(ry) - 0.12} width="0.24" height="0.24" />`}<//>
    <p class="soft small" style=${{ marginTop: "8px" }}>${say("walk.marks")}</p></section>`;
}

function Marks({ marks, put, fixed }) {
  return html`<ul class="list" data-marks=${marks.length}>${marks.map(([px, py], n) => html`<li><div class="between"><span>${say("walk.place", { n: n + 1 })} <span class="soft small number">${number(px, 1)}, ${number(py, 1)} m</span></span>
    <button type="button" class="button tiny" disabled=${fixed || marks.length <= FEWEST} onClick=${() => put(marks.filter((_, other) => other !== n))}>${say("walk.skip")}</button></div></li>`)}</ul>`;
}

/** Begin, walk, done. */
function Going({ survey, id, marks, preview }) {
  const [act, told, busy] = useAct();
  const { state } = survey;
  const ask = (what) => act(what).then(survey.reload);
  // Round, and back to the first mark.
  const begin = () => ask(() => post(ADDRESS, { radar: id, way_m: [...marks, marks[0]] }));
  if (!survey.runs) return html`<${Failure} state=${state} />${told}<p style=${{ marginTop: "12px" }}><button type="button" class="button main" disabled=${busy || !state} onClick=${begin}>${say("walk.begin")}</button></p>`;
  const listens = state.stage === "listening";
  return html`<${Course} ...${{ survey, preview }} />${listens && html`<p class=${state.sees ? "done" : "hint"} role="status">${say(state.sees ? "walk.seen" : "walk.unseen")}</p>`}${told}
    <div class="row"><button type="button" class="button main" disabled=${busy || !listens} onClick=${() => ask(() => post(`${ADDRESS}/end`))}>${say("walk.done")}</button>
      <button type="button" class="button" disabled=${busy} onClick=${() => ask(() => remove(ADDRESS))}>${say("survey.stop")}</button></div>`;
}

const ROWS = [["x_m", "m", 2], ["y_m", "m", 2], ["z_m", "m", 2], ["yaw_deg", "°", 0], ["pitch_deg", "°", 0]];

/** What was found, with how far it is to be believed. */
function Result({ survey, draft, change }) {
  const found = survey.state?.stage === "done" ? survey.state.mounting : null;
  const radar = draft.radars.find((one) => one.id === found?.radar);
  if (!found || !radar) return null;
  const told = {
    position_m: [cm(found.x_m.value), cm(found.y_m.value), cm(found.z_m.value)],
    yaw_deg: Math.round(found.yaw_deg.value * 10) / 10,
    pitch_deg: Math.round(found.pitch_deg.value * 10) / 10,
  };
  const taken = Object.keys(told).every((field) => JSON.stringify(radar[field] ?? 0) === JSON.stringify(told[field]));
  const take = () => change({ radars: draft.radars.map((one) => (one.id === radar.id ? { ...one, ...told } : one)) });
  return html`<div data-found-radar=${radar.id}><h3 style=${{ margin: "18px 0 6px" }}>${radar.id}</h3>
    <table><tbody>${ROWS.map(([name, unit, digits]) => html`<tr data-found-number=${name}><th scope="row">${say(`walk.${name}`)}</th><td class="number">${number(found[name].value, digits)} ${unit}</td>
      <td class="soft small">${found[name].sigma === null ? say("walk.kept") : say("walk.found", { sigma: number(found[name].sigma, digits || 1), change: signed(found[name].value - found[name].was, digits || 1) })}</td></tr>`)}</tbody></table>
    <p class="soft small">${say("walk.fit", { left: number(found.left_m * 100), seconds: number(found.seen_s) })} ${found.height_from ? say("walk.by_radar", { radar: found.height_from }) : say("walk.no_height")}</p>
    <p><button type="button" class="button main" disabled=${taken} onClick=${take}>${say(taken ? "survey.taken" : "walk.take")}</button></p></div>`;
}
