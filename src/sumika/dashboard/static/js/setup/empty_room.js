// Learn the empty room: for a while nobody is there, and what moves all the same (a fan, a curtain) is remembered. The
// house itself looks, so this page may be closed meanwhile; what it found becomes a change like any other.
import { html, useState } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { roomName } from "../house_model.js";
import { useLive } from "../hooks.js";
import { everybody } from "../people.js";
import { useAct } from "../parts/act.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { ghostLine } from "../parts/people_layer.js";
import { post, remove } from "../server.js";
import { say } from "../words.js";
import { Board } from "./canvas.js";
import { Course, Failure, useSurvey } from "./survey.js";

const ADDRESS = "api/empty-room";
const MINUTES = [1, 2, 5, 10, 15], USUAL = 5, LEAVE_S = 180;

/** The step of set-up. */
export function EmptyRoom({ draft, change, preview }) {
  useLive(["tracks/house"], 2);
  const survey = useSurvey(ADDRESS);
  const now = everybody();
  const movers = draft.known_movers;
  return html`<div class="two"><section class="card"><h2>${say("setup.empty")}</h2><p>${say("empty.how")}</p>
      <p class=${now.count ? "problem" : "done"} role="status" style=${{ margin: "12px 0" }}>${now.count === null ? say("today.people.unknown") : now.count ? say("empty.somebody", { count: now.count }) : say("empty.nobody")}</p>
      <${Ask} survey=${survey} draft=${draft} preview=${preview} /><${Found} ...${{ survey, draft, change }} /></section>
    <div class="stack"><section class="card"><h2>${say("empty.known")}</h2>${!movers.length && html`<p class="soft">${say("empty.known.none")}</p>`}
      ${movers.length > 0 && html`<${Board} rooms=${draft.rooms} label=${say("empty.known")}>${({ x, y }) => html`${draft.rooms.map((room) => html`<polygon class="room right" points=${pointsOf(room.floor_m, x, y)} />`)}
        ${movers.map((mover) => html`<${Extent} mover=${mover} x=${x} y=${y} />`)}`}<//>`}
      <ul class="list" data-movers=${movers.length}>${movers.map((mover, n) => html`<li><div class="between"><span>${mover.name} <span class="soft small number">${mover.middle_m.map((value) => number(value, 1)).join(", ")} m</span></span>
        <button type="button" class="button tiny grave" onClick=${() => change({ known_movers: movers.filter((_, other) => other !== n) })}>${say("account.remove")}</button></div></li>`)}</ul></section>
      <section class="card"><h2>${say("empty.ghosts")}</h2>${!now.ghosts.length && html`<p class="soft">${say("empty.ghosts.none")}</p>`}
      <ul class="list">${now.ghosts.map((ghost) => html`<li>${ghostLine(ghost)}</li>`)}</ul></section></div></div>`;
}

/** One standard deviation of a mover's points, seen from above. */
function Extent({ mover, x, y }) {
  const [[xx, xy], [, yy]] = mover.covariance_m2;
  const half = (xx + yy) / 2, root = Math.hypot((xx - yy) / 2, xy), turn = (-Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
  const [mx, my] = [x(mover.middle_m[0]), y(mover.middle_m[1])];
  return html`<ellipse class="radar" fill-opacity="0.45" cx=${mx} cy=${my} rx=${Math.sqrt(half + root)} ry=${Math.sqrt(Math.max(half - root, 0))} transform=${`rotate(${turn} ${mx} ${my})`}><title>${mover.name}</title></ellipse>`;
}

function Ask({ survey, draft, preview }) {
  const [room, choose] = useState("");
  const [minutes, last] = useState(USUAL);
  const [anyway, insist] = useState(false);
  const [act, told, busy] = useAct();
  const { state } = survey;
  const begin = async () => {
    await act(() => post(ADDRESS, { room, seconds: minutes * 60, leave_s: LEAVE_S, anyway: anyway && state.may_insist }));
    insist(false);
    survey.reload();
  };
  const stop = () => act(() => remove(ADDRESS)).then(survey.reload);
  if (survey.runs) return html`<${Course} ...${{ survey, preview }} />${told}<button type="button" class="button" disabled=${busy} onClick=${stop}>${say("survey.stop")}</button>`;
  return html`<div class="grid" style=${{ gridTemplateColumns: "repeat(2, 1fr)" }}>
      <label class="field"><span>${say("empty.where")}</span><select name="empty-room" value=${room} onChange=${(event) => choose(event.target.value)}><option value="">${say("empty.everywhere")}</option>${draft.rooms.map((one) => html`<option value=${one.id}>${roomName(preview, one.id)}</option>`)}</select></label>
      <label class="field"><span>${say("empty.minutes")}</span><select name="empty-minutes" value=${minutes} onChange=${(event) => last(Number(event.target.value))}>${MINUTES.map((one) => html`<option value=${one}>${one}</option>`)}</select></label></div>
    <${Failure} state=${state} />
    ${state?.may_insist && html`<label class="tick"><input type="checkbox" name="empty-anyway" checked=${anyway} onChange=${(event) => insist(event.target.checked)} /><span>${say("empty.anyway")}</span></label>`}
    ${told}<p style=${{ marginTop: "12px" }}><button type="button" class="button main" disabled=${busy || !state} onClick=${begin}>${say("empty.begin")}</button></p>`;
}

/** What was learned, until it is taken over. */
function Found({ survey, draft, change }) {
  const { state } = survey;
  if (state?.stage !== "done") return null;
  const wanted = [...state.others, ...state.movers];
  const taken = JSON.stringify(wanted) === JSON.stringify(draft.known_movers);
  return html`<div data-found=${state.movers.length}><h3 style=${{ margin: "18px 0 6px" }}>${say("empty.found", { count: state.movers.length })}</h3><p class="soft small">${say("empty.frames", { frames: state.frames })}</p>
    <ul class="list">${state.movers.map((mover) => html`<li>${mover.name} <span class="soft small number">${mover.middle_m.map((value) => number(value, 1)).join(", ")} m</span></li>`)}</ul>
    <p><button type="button" class="button main" disabled=${taken} onClick=${() => change({ known_movers: wanted })}>${say(taken ? "survey.taken" : "walk.take")}</button></p></div>`;
}
