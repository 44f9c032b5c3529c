// Draw the floor plan: rooms as rectangles, corners moved by hand or typed, over the picture of a plan where there is one;
// or take it from the file of a drawing program.
import { html, useRef, useState } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { area, middle, roomName } from "../house_model.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { say, sentences } from "../words.js";
import { Board, isInside, snapped } from "./canvas.js";
import { cm, freeId, withoutRooms } from "./draft.js";
import { PlanButton, PlanFile, PlanOnBoard, usePlanFile } from "./plan_file.js";

const GRIDS = [["fine", 0.1], ["half", 0.455], ["ken", 0.91]]; // 0.91 m: half a ken, the module of Japanese houses

/** The editor of rooms. */
export function Rooms({ draft, change, preview }) {
  const [chosen, choose] = useState("");
  const [tool, take] = useState("move");
  const [grid, lay] = useState("fine");
  const [drawn, paint] = useState(null);
  // What the hand does is kept beside what is painted: it may be quicker than a page that is busy.
  const stroke = useRef(null), held = useRef(null);
  const [picture, show] = useState(null);
  const plan = usePlanFile();
  const step = GRIDS.find(([name]) => name === grid)[1];
  const room = draft.rooms.find((one) => one.id === chosen);
  const setRoom = (id, what) => change({ rooms: draft.rooms.map((one) => (one.id === id ? { ...one, ...what } : one)) });
  const draw = (what) => {
    stroke.current = what;
    paint(what);
  };
  const down = (at, event) => {
    if (event.target.dataset.corner) {
      held.current = { room: event.target.dataset.room, corner: Number(event.target.dataset.corner) };
      return;
    }
    if (tool === "draw") return draw({ from: snapped(at, step), to: snapped(at, step) });
    choose(draft.rooms.find((one) => isInside(at, one.floor_m))?.id ?? "");
  };
  const move = (at) => {
    if (stroke.current) draw({ ...stroke.current, to: snapped(at, step) });
    if (held.current) {
      const { room: id, corner: which } = held.current;
      const floor = draft.rooms.find((one) => one.id === id).floor_m.map((corner, n) => (n === which ? snapped(at, step).map(cm) : corner));
      setRoom(id, { floor_m: floor });
    }
  };
  const up = () => {
    held.current = null;
    const ended = stroke.current;
    if (!ended) return;
    draw(null);
    const made = rectangle(ended.from, ended.to);
    if (made) add(made);
  };
  const add = (floor_m) => {
    const id = freeId(draft.rooms, "room");
    change({ rooms: [...draft.rooms, { id, name: say("rooms.new"), floor_m, height_m: 2.4, storey: 1, residents: [] }] });
    choose(id);
    take("move");
  };
  return html`<div class="two"><section class="card">
      <div class="row" style=${{ marginBottom: "12px" }}>
        <div class="choices" role="group" aria-label=${say("rooms.tool")}>${["move", "draw"].map((one) => html`<button type="button" aria-pressed=${tool === one} onClick=${() => take(one)}>${say(`rooms.${one}`)}</button>`)}</div>
        <label class="row small soft">${say("rooms.grid")} <select style=${{ width: "auto" }} value=${grid} onChange=${(event) => lay(event.target.value)}>${GRIDS.map(([name, metres]) => html`<option value=${name}>${number(metres, metres === 0.1 ? 1 : 3)} m</option>`)}</select></label>
        <${Picture} picture=${picture} show=${show} /><${PlanButton} plan=${plan} /></div>
      ${plan.problem && html`<p class="problem" role="alert">${sentences(plan.problem.message, plan.problem.remedy)}</p>`}
      ${plan.answer ? html`<${PlanOnBoard} plan=${plan} />` : html`<${Board} rooms=${draft.rooms} label=${say("rooms.board")} picture=${picture} onDown=${down} onMove=${move} onUp=${up}>
        ${({ x, y }) => html`${draft.rooms.map((one) => html`<${RoomShape} key=${one.id} room=${one} name=${roomName(preview, one.id)} isChosen=${one.id === chosen} x=${x} y=${y} />`)}
          ${drawn && html`<polygon class="drawn" points=${pointsOf(rectangle(drawn.from, drawn.to) ?? [], x, y)} />`}`}<//>
      <p class="soft small" style=${{ marginTop: "8px" }}>${say(tool === "draw" ? "rooms.draw.how" : "rooms.move.how")}</p>`}</section>
    <div class="stack">${plan.answer ? html`<${PlanFile} plan=${plan} draft=${draft} change=${change} />` : html`<section class="card"><h2>${say("rooms.list")}</h2><div class="row">${draft.rooms.map((one) => html`<button type="button" class="button tiny" aria-pressed=${one.id === chosen} onClick=${() => choose(one.id)}>${roomName(preview, one.id)}</button>`)}
      <button type="button" class="button tiny" onClick=${() => add(besides(draft.rooms))}>${say("rooms.add")}</button></div></section>
      ${room && html`<${Facts} key=${room.id} room=${room} name=${roomName(preview, room.id)} set=${(what) => setRoom(room.id, what)} onRemove=${() => {
        change(withoutRooms(draft, new Set([room.id])));
        choose("");
      }} />`}`}</div></div>`;
}

/** Corners of a rectangle; null where it is none. */
function rectangle([ax, ay], [bx, by]) {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)].map(cm), [low, high] = [Math.min(ay, by), Math.max(ay, by)].map(cm);
  return right - left < 0.3 || high - low < 0.3 ? null : [[left, low], [right, low], [right, high], [left, high]];
}

/** A room beside all others, for who draws by the keyboard. */
function besides(rooms) {
  const right = cm(Math.max(0, ...rooms.flatMap((room) => room.floor_m.map(([x]) => x))));
  return rectangle([right, 0], [right + 3.64, 3.64]);
}

function RoomShape({ room, name, isChosen, x, y }) {
  const [mx, my] = middle(room.floor_m);
  return html`<polygon class=${`room right ${isChosen ? "chosen" : ""}`} points=${pointsOf(room.floor_m, x, y)} data-drawn=${room.id} /><polygon class="wall" fill="none" points=${pointsOf(room.floor_m, x, y)} />
    <text class="name" x=${x(mx)} y=${y(my)}>${name}</text><text class="fact" x=${x(mx)} y=${y(my) + 0.36}>${number(area(room.floor_m), 1)} m²</text>
    ${isChosen && room.floor_m.map(([px, py], n) => html`<circle class="corner" cx=${x(px)} cy=${y(py)} r="0.14" data-corner=${String(n)} data-room=${room.id} />`)}`;
}

function Facts({ room, name, set, onRemove }) {
  const corner = (n, axis, value) => set({ floor_m: room.floor_m.map((one, at) => (at === n ? one.map((old, side) => (side === axis ? Number(value) : old)) : one)) });
  return html`<section class="card" data-room-facts=${room.id}><h2>${name}</h2>
    <label class="field"><span>${say("rooms.name")}</span><input name="room-name" value=${room.name} onInput=${(event) => set({ name: event.target.value })} /></label>
    <div class="row"><label class="field" style=${{ flex: 1 }}><span>${say("rooms.height")}</span><input type="number" step="0.05" min="1" max="20" value=${room.height_m} onInput=${(event) => set({ height_m: Number(event.target.value) })} /></label>
      <label class="field" style=${{ flex: 1 }}><span>${say("rooms.storey")}</span><input type="number" step="1" min="-5" max="50" value=${room.storey ?? 1} onInput=${(event) => set({ storey: Number(event.target.value) })} /></label></div>
    <fieldset style=${{ border: 0, padding: 0, margin: 0 }}><legend class="soft small">${say("rooms.corners")}</legend>${room.floor_m.map(([px, py], n) => html`<div class="row" style=${{ flexWrap: "nowrap", marginBottom: "6px" }}>
      <input type="number" step="0.01" aria-label=${say("rooms.corner.x", { n: n + 1 })} value=${px} onChange=${(event) => corner(n, 0, event.target.value)} /><input type="number" step="0.01" aria-label=${say("rooms.corner.y", { n: n + 1 })} value=${py} onChange=${(event) => corner(n, 1, event.target.value)} />
      <button type="button" class="button tiny" disabled=${room.floor_m.length <= 3} aria-label=${say("rooms.corner.remove", { n: n + 1 })} onClick=${() => set({ floor_m: room.floor_m.filter((_, at) => at !== n) })}>−</button></div>`)}
      <button type="button" class="button tiny" onClick=${() => set({ floor_m: withCorner(room.floor_m) })}>${say("rooms.corner.add")}</button></fieldset>
    <p style=${{ marginTop: "16px" }}><button type="button" class="button tiny grave" onClick=${onRemove}>${say("rooms.remove")}</button></p></section>`;
}

/** One corner more, in the middle of the longest edge. */
function withCorner(floor) {
  const lengths = floor.map(([x, y], n) => Math.hypot(floor[(n + 1) % floor.length][0] - x, floor[(n + 1) % floor.length][1] - y));
  const at = lengths.indexOf(Math.max(...lengths));
  const [a, b] = [floor[at], floor[(at + 1) % floor.length]];
  return [...floor.slice(0, at + 1), [cm((a[0] + b[0]) / 2), cm((a[1] + b[1]) / 2)], ...floor.slice(at + 1)];
}

/** The picture of a plan to draw over; it stays in this browser. */
function Picture({ picture, show }) {
  const take = (event) => {
    const [file] = event.target.files;
    if (file) show({ address: URL.createObjectURL(file), left: 0, top: 8, wide_m: 10 });
  };
  if (!picture) return html`<label class="button tiny">${say("rooms.picture")}<input type="file" accept="image/*" class="unseen" style=${{ minHeight: 0, width: "1px" }} onChange=${take} /></label>`;
  return html`<label class="row small soft">${say("rooms.picture.wide")}<input type="number" step="0.1" min="1" max="100" style=${{ width: "90px" }} value=${picture.wide_m} onInput=${(event) => show({ ...picture, wide_m: Number(event.target.value) || 1 })} /></label>
    <button type="button" class="button tiny" onClick=${() => (URL.revokeObjectURL(picture.address), show(null))}>${say("rooms.picture.away")}</button>`;
}
