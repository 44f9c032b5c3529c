// Rooms from the file of a drawing program: read by the server, laid over nothing, made as large as they are, and taken.
import { html, useState } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { middle } from "../house_model.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { post } from "../server.js";
import { inLanguage, say } from "../words.js";
import { Board, isInside } from "./canvas.js";
import { cm, freeId, withoutRooms } from "./draft.js";

const FORMS = { svg: "svg", json: "geojson", geojson: "geojson", dxf: "dxf" };
const LARGEST_BYTES = 5e6;
const CLOSED = { file: null, answer: null, problem: null, busy: false, left: new Set(), names: {}, points: null };

/** What is known of a file: what the server read in it, and what was said about it since. */
export function usePlanFile() {
  const [state, set] = useState(CLOSED);
  const tell = (what) => set((before) => ({ ...before, ...what }));
  const ask = async (file, more) => {
    tell({ busy: true, problem: null });
    try {
      const answer = await post("api/house/plan", { content: file.content, form: file.form, ...more });
      tell({ file, answer, busy: false, points: null, left: new Set(answer.rooms.filter((room) => !room.usable).map((room) => room.id)) });
    } catch (problem) {
      tell({ busy: false, problem });
    }
  };
  const open = async (chosen) => {
    const form = FORMS[chosen.name.split(".").pop().toLowerCase()];
    if (!form) return tell({ problem: { message: say("plan_file.kinds"), remedy: "" } });
    if (chosen.size > LARGEST_BYTES) return tell({ problem: { message: say("plan_file.large"), remedy: "" } });
    return ask({ name: chosen.name, form, content: await base64(chosen) }, {});
  };
  const known = state.answer && { metres_per_unit: state.answer.metres_per_unit, layer: state.answer.layer };
  return {
    ...state,
    open,
    say: tell,
    close: () => set(CLOSED),
    onLayer: (layer) => ask(state.file, { layer }),
    scaledBy: (factor) => ask(state.file, { ...known, metres_per_unit: known.metres_per_unit * factor }),
  };
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Where the file is chosen. */
export function PlanButton({ plan }) {
  if (plan.answer) return null;
  const take = (event) => {
    const [file] = event.target.files;
    event.target.value = ""; // the same file may be chosen again, when it was mended
    if (file) plan.open(file);
  };
  return html`<label class="button tiny" aria-busy=${plan.busy}>${say(plan.busy ? "plan_file.reading" : "plan_file.open")}<input type="file" name="plan-file" accept=".svg,.geojson,.json,.dxf" disabled=${plan.busy} class="unseen" style=${{ minHeight: 0, width: "1px" }} onChange=${take} /></label>`;
}

/** The drawing: rooms that are taken, rooms that are not, and two points whose distance somebody knows. */
export function PlanOnBoard({ plan }) {
  const { answer, left, points } = plan;
  const down = (at) => {
    if (points) return plan.say({ points: points.length < 2 ? [...points, at] : [at] });
    const room = answer.rooms.findLast((one) => isInside(at, one.floor_m));
    if (room?.usable) turn(plan, room.id);
  };
  return html`<${Board} rooms=${answer.rooms} label=${say("plan_file.board", { name: plan.file.name })} onDown=${down}>
      ${({ x, y }) => html`${answer.rooms.map((room) => {
        const [mx, my] = room.usable ? middle(room.floor_m) : mean(room.floor_m); // lines that cross have no area
        return html`<polygon class=${room.usable ? (left.has(room.id) ? "left" : "drawn") : "wrong"} points=${pointsOf(room.floor_m, x, y)} data-plan-room=${room.id} />
          <text class="name" x=${x(mx)} y=${y(my)}>${nameOf(plan, room)}</text><text class="fact" x=${x(mx)} y=${y(my) + 0.36}>${room.usable && `${number(room.area_m2, 1)} m²`}</text>`;
      })}${points?.map(([px, py]) => html`<circle class="corner" cx=${x(px)} cy=${y(py)} r="0.12" />`)}
      ${points?.length === 2 && html`<polyline class="measured" points=${pointsOf(points, x, y)} />`}`}<//>
    <p class="soft small" style=${{ marginTop: "8px" }}>${say(points ? "plan_file.measure.how" : "plan_file.how")}</p>`;
}

const mean = (places) => [0, 1].map((side) => places.reduce((sum, place) => sum + place[side] / places.length, 0));
const nameOf = (plan, room) => plan.names[room.id] ?? (room.name || room.id);

function turn(plan, id) {
  const left = new Set(plan.left);
  if (!left.delete(id)) left.add(id);
  plan.say({ left });
}

/** What is in the file, what is wrong with it, and what becomes of it. */
export function PlanFile({ plan, draft, change }) {
  const { answer, left } = plan;
  const [storey, build] = useState(1);
  const [instead, replace] = useState(true);
  const taken = answer.rooms.filter((room) => room.usable && !left.has(room.id)).map((room) => ({ ...room, name: nameOf(plan, room) }));
  const take = () => {
    const rooms = fromOrigin(taken); // what was left out does not push the others away
    change(instead ? replaced(draft, rooms, storey) : besides(draft, rooms, storey));
    plan.close();
  };
  return html`<section class="card" data-plan-file=${answer.rooms.length}><div class="row apart"><h2>${plan.file.name}</h2><button type="button" class="button tiny" onClick=${plan.close}>${say("plan_file.away")}</button></div>
      <p>${say("plan_file.size", { count: answer.rooms.length, wide: number(answer.width_m, 1), deep: number(answer.depth_m, 1) })}</p>
      ${answer.problems.map((one) => html`<p class=${one.grave ? "problem" : "hint"} role="note" data-plan-problem>${inLanguage(one.problem, one.problem_ja)}</p>`)}
      ${answer.layers.length > 1 && html`<label class="field"><span>${say("plan_file.layer")}</span><select name="plan-layer" value=${answer.layer} disabled=${plan.busy} onChange=${(event) => plan.onLayer(event.target.value)}><option value="*">${say("plan_file.layer.all")}</option>${answer.layers.filter((layer) => layer.name).map((layer) => html`<option value=${layer.name}>${layer.name} (${layer.outlines})</option>`)}</select></label>`}
      <${Scale} plan=${plan} /></section>
    <section class="card"><h2>${say("plan_file.rooms", { count: taken.length })}</h2>
      <ul class="list">${answer.rooms.map((room) => html`<li><div class="row" style=${{ flexWrap: "nowrap" }}><input type="checkbox" aria-label=${say("plan_file.take.one", { name: nameOf(plan, room) })} checked=${room.usable && !left.has(room.id)} disabled=${!room.usable} onChange=${() => turn(plan, room.id)} />
        <input aria-label=${say("rooms.name")} value=${nameOf(plan, room)} disabled=${!room.usable} onInput=${(event) => plan.say({ names: { ...plan.names, [room.id]: event.target.value } })} /><span class="soft small number" style=${{ whiteSpace: "nowrap" }}>${number(room.area_m2, 1)} m²</span></div></li>`)}</ul>
      <div class="row" style=${{ marginTop: "12px" }}><label class="field" style=${{ width: "90px" }}><span>${say("rooms.storey")}</span><input type="number" step="1" min="-5" max="50" value=${storey} onInput=${(event) => build(Number(event.target.value))} /></label>
        <div class="choices" role="group" aria-label=${say("plan_file.where")}>${[true, false].map((one) => html`<button type="button" aria-pressed=${instead === one} onClick=${() => replace(one)}>${say(one ? "plan_file.instead" : "plan_file.besides")}</button>`)}</div></div>
      <p class="soft small">${say(instead ? "plan_file.instead.long" : "plan_file.besides.long")}</p>
      <button type="button" class="button main" style=${{ marginTop: "12px" }} disabled=${!taken.length || plan.busy} onClick=${take}>${say("plan_file.take", { count: taken.length })}</button></section>`;
}

/** The scale: by the width of the whole, or by two points on it. */
function Scale({ plan }) {
  const { answer, points, busy } = plan;
  const [length, measure] = useState("");
  const drawn = points?.length === 2 ? Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]) : 0;
  const byWidth = (event) => {
    const wide = Number(event.target.value);
    if (wide > 0.5 && wide < 500) plan.scaledBy(wide / answer.width_m);
  };
  return html`<fieldset style=${{ border: 0, padding: 0, margin: "12px 0 0" }}><legend class="soft small" style=${{ padding: 0, marginBottom: "6px" }}>${say(answer.scale_known ? "plan_file.scale" : "plan_file.scale.unknown")}</legend>
    <div class="row"><label class="field" style=${{ width: "150px" }}><span>${say("plan_file.wide")}</span><input name="plan-wide" type="number" step="0.01" min="0.5" max="500" disabled=${busy} value=${cm(answer.width_m)} onChange=${byWidth} /></label>
      <button type="button" class="button tiny" aria-pressed=${Boolean(points)} onClick=${() => plan.say({ points: points ? null : [] })}>${say("plan_file.measure")}</button></div>
    ${points && html`<div class="row"><label class="field" style=${{ width: "150px" }}><span>${say("plan_file.length")}</span><input name="plan-length" type="number" step="0.01" min="0.1" max="500" value=${length} onInput=${(event) => measure(event.target.value)} /></label>
      <button type="button" class="button tiny main" disabled=${busy || !(drawn > 0.01) || !(Number(length) > 0)} onClick=${() => plan.scaledBy(Number(length) / drawn)}>${say("plan_file.measured")}</button></div>`}</fieldset>`;
}

const roomOf = (room, id, storey, floor_m = room.floor_m) => ({ id, name: room.name, floor_m, height_m: 2.4, storey, residents: [] });

/** Rooms with the lowest and the leftmost of them at 0. */
function fromOrigin(taken) {
  const [left, low] = [0, 1].map((side) => Math.min(...taken.flatMap((room) => room.floor_m.map((corner) => corner[side]))));
  return taken.map((room) => ({ ...room, floor_m: room.floor_m.map(([x, y]) => [cm(x - left), cm(y - low)]) }));
}

/** A storey with other rooms: of what was there, rooms of the same id keep all but their floor and their name. */
export function replaced(draft, taken, storey) {
  const here = new Map(draft.rooms.filter((room) => (room.storey ?? 1) === storey).map((room) => [room.id, room]));
  const stays = new Set(taken.map((room) => room.id).filter((id) => here.has(id)));
  const fresh = withoutRooms(draft, new Set([...here.keys()].filter((id) => !stays.has(id))));
  for (const room of taken) {
    if (stays.has(room.id)) fresh.rooms = fresh.rooms.map((one) => (one.id === room.id ? { ...one, floor_m: room.floor_m, name: room.name === room.id ? one.name : room.name } : one));
    else fresh.rooms = [...fresh.rooms, roomOf(room, freeId(fresh.rooms, room.id), storey)];
  }
  return { ...fresh, ...carried(fresh, here, stays) };
}

/** What stands in rooms that moved goes with them, into their middle where it would stand outside; holes in walls close. */
function carried(fresh, before, stays) {
  const now = new Map(fresh.rooms.map((room) => [room.id, room]));
  const moved = new Set([...stays].filter((id) => JSON.stringify(before.get(id).floor_m) !== JSON.stringify(now.get(id).floor_m)));
  const place = (id, [x, y]) => {
    const [ox, oy] = middle(before.get(id).floor_m), floor = now.get(id).floor_m, [nx, ny] = middle(floor);
    const there = [cm(x + nx - ox), cm(y + ny - oy)];
    return isInside(there, floor) ? there : [cm(nx), cm(ny)];
  };
  const shut = new Set(fresh["building.windows"].filter((one) => moved.has(one.room)).map((one) => one.id));
  return {
    radars: fresh.radars.map((one) => (moved.has(one.room) ? { ...one, position_m: [...place(one.room, one.position_m), one.position_m[2]] } : one)),
    furniture: fresh.furniture.map((one) => (moved.has(one.room) ? { ...one, at_m: place(one.room, one.at_m) } : one)),
    devices: fresh.devices.filter((one) => !shut.has(one.window)),
    "building.windows": fresh["building.windows"].filter((one) => !moved.has(one.room)),
    "building.doors": fresh["building.doors"].filter((one) => !one.rooms.some((id) => moved.has(id))),
  };
}

/** Rooms to the right of those that are there. */
function besides(draft, taken, storey) {
  const right = cm(Math.max(0, ...draft.rooms.filter((room) => (room.storey ?? 1) === storey).flatMap((room) => room.floor_m.map(([x]) => x))));
  const rooms = [...draft.rooms];
  for (const room of taken) rooms.push(roomOf(room, freeId(rooms, room.id), storey, room.floor_m.map(([x, y]) => [cm(x + right), y])));
  return { rooms };
}
