// Place radars: by dragging them on the plan and turning where they look, or by numbers.
import { html, useState } from "../../vendor/preact-htm.js";
import { roomName } from "../house_model.js";
import { corners as pointsOf } from "../parts/floor_plan.js";
import { say } from "../words.js";
import { Board, isInside } from "./canvas.js";
import { cm, freeId } from "./draft.js";

const CONE_DEG = 120, CONE_M = 4, ARM_M = 1;
const MODELS = ["iwr6843isk", "iwr6843", "iwr6843aop", "awr1843", "xwr1642", "bgt60tr13c", "bgt60utr11", "a121", "a111", "ld2450", "ld2410", "mr60bha2", "sense2gol"];

/** The editor of radars. */
export function Radars({ draft, change, preview }) {
  const [chosen, choose] = useState(draft.radars[0]?.id ?? "");
  const [held, hold] = useState(null);
  const radar = draft.radars.find((one) => one.id === chosen);
  const set = (id, what) => change({ radars: draft.radars.map((one) => (one.id === id ? { ...one, ...what } : one)) });
  const down = (at, event) => {
    const { radar: id, turn } = event.target.dataset;
    if (id) choose(id);
    if (id || turn) hold({ id: id ?? turn, turns: Boolean(turn) });
  };
  const move = ([px, py]) => {
    if (!held) return;
    const one = draft.radars.find((other) => other.id === held.id);
    const [x, y, z] = one.position_m;
    if (held.turns) return set(one.id, { yaw_deg: Math.round((Math.atan2(py - y, px - x) * 180) / Math.PI) });
    const room = draft.rooms.find((other) => isInside([px, py], other.floor_m));
    set(one.id, { position_m: [cm(px), cm(py), z], ...(room ? { room: room.id } : {}) });
  };
  const add = () => {
    const room = draft.rooms.find((one) => !draft.radars.some((other) => other.room === one.id)) ?? draft.rooms[0];
    const id = freeId(draft.radars, `${room.id}_radar`);
    const [x, y] = room.floor_m[0], [fx, fy] = room.floor_m[2];
    const yaw = Math.round((Math.atan2(fy - y, fx - x) * 180) / Math.PI);
    const source = draft.radars.some((one) => one.source.type === "world") ? { type: "world" } : { type: "port", device: "usb" };
    const place = [cm(x + 0.1 * Math.sign(fx - x)), cm(y + 0.1 * Math.sign(fy - y)), 1.8];
    change({ radars: [...draft.radars, { id, room: room.id, model: MODELS[0], position_m: place, yaw_deg: yaw, pitch_deg: -10, source }] });
    choose(id);
  };
  return html`<div class="two"><section class="card">
      <${Board} rooms=${draft.rooms} label=${say("radars.board")} onDown=${down} onMove=${move} onUp=${() => hold(null)}>
        ${({ x, y }) => html`${draft.rooms.map((one) => html`<polygon class="room right" points=${pointsOf(one.floor_m, x, y)} /><polygon class="wall" fill="none" points=${pointsOf(one.floor_m, x, y)} />`)}
          ${draft.radars.map((one) => html`<${RadarMark} key=${one.id} radar=${one} isChosen=${one.id === chosen} x=${x} y=${y} onKey=${(what) => set(one.id, what)} onChoose=${() => choose(one.id)} />`)}`}<//>
      <p class="soft small" style=${{ marginTop: "8px" }}>${say("radars.how")}</p></section>
    <div class="stack"><section class="card"><h2>${say("radars.list")}</h2><div class="row">${draft.radars.map((one) => html`<button type="button" class="button tiny" aria-pressed=${one.id === chosen} onClick=${() => choose(one.id)}>${one.id}</button>`)}
      <button type="button" class="button tiny" disabled=${!draft.rooms.length} onClick=${add}>${say("radars.add")}</button></div></section>
      ${radar && html`<${Facts} key=${radar.id} ...${{ radar, draft, preview, set: (what) => set(radar.id, what), onRemove: () => change({ radars: draft.radars.filter((one) => one.id !== radar.id) }) }} />`}</div></div>`;
}

function RadarMark({ radar, isChosen, x, y, onKey, onChoose }) {
  const [px, py] = radar.position_m;
  const turned = (degrees, away) => {
    const angle = (((radar.yaw_deg ?? 0) + degrees) * Math.PI) / 180;
    return `${x(px + away * Math.cos(angle))} ${y(py + away * Math.sin(angle))}`;
  };
  const key = (event) => {
    const step = event.shiftKey ? 0.5 : 0.05;
    const moved = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    const turn = { "[": 5, "]": -5 }[event.key];
    if (moved) onKey({ position_m: [cm(px + moved[0]), cm(py + moved[1]), radar.position_m[2]] });
    else if (turn) onKey({ yaw_deg: (radar.yaw_deg ?? 0) + turn });
    else return;
    event.preventDefault();
  };
  const arm = turned(0, ARM_M).split(" ");
  return html`<path class="cone" d=${`M${x(px)} ${y(py)}L${turned(CONE_DEG / 2, CONE_M)}A${CONE_M} ${CONE_M} 0 0 1 ${turned(-CONE_DEG / 2, CONE_M)}Z`} pointer-events="none" />
    <line class="radar" stroke="currentColor" stroke-width="0.04" x1=${x(px)} y1=${y(py)} x2=${arm[0]} y2=${arm[1]} pointer-events="none" />
    ${isChosen && html`<circle class="corner handle" cx=${arm[0]} cy=${arm[1]} r="0.15" data-turn=${radar.id} />`}
    <rect class="radar handle" x=${x(px) - 0.16} y=${y(py) - 0.16} width="0.32" height="0.32" rx="0.07" data-radar=${radar.id} data-place=${radar.position_m.join(" ")}
      tabindex="0" role="button" aria-label=${say("radars.mark", { id: radar.id, yaw: radar.yaw_deg ?? 0 })} onKeyDown=${key} onFocus=${onChoose} />`;
}

function Facts({ radar, draft, preview, set, onRemove }) {
  const place = (axis, value) => set({ position_m: radar.position_m.map((old, n) => (n === axis ? Number(value) : old)) });
  const field = (name, value, put, more = {}) => html`<label class="field"><span>${say(`radars.${name}`)}</span><input type="number" step="0.01" name=${`radar-${name}`} value=${value} onChange=${(event) => put(event.target.value)} ...${more} /></label>`;
  return html`<section class="card" data-radar-facts=${radar.id}><h2>${radar.id}</h2>
    <label class="field"><span>${say("radars.model")}</span><input list="models" value=${radar.model} onChange=${(event) => set({ model: event.target.value })} /><datalist id="models">${MODELS.map((one) => html`<option value=${one} />`)}</datalist></label>
    <label class="field"><span>${say("radars.room")}</span><select value=${radar.room} onChange=${(event) => set({ room: event.target.value })}>${draft.rooms.map((one) => html`<option value=${one.id}>${roomName(preview, one.id)}</option>`)}</select></label>
    <div class="grid" style=${{ gridTemplateColumns: "repeat(3, 1fr)" }}>${field("x", radar.position_m[0], (v) => place(0, v))}${field("y", radar.position_m[1], (v) => place(1, v))}${field("z", radar.position_m[2], (v) => place(2, v))}</div>
    <div class="grid" style=${{ gridTemplateColumns: "repeat(2, 1fr)" }}>${field("yaw", radar.yaw_deg ?? 0, (v) => set({ yaw_deg: Number(v) }), { step: 1 })}${field("pitch", radar.pitch_deg ?? 0, (v) => set({ pitch_deg: Number(v) }), { step: 1 })}</div>
    ${radar.source.type === "port" && html`<label class="field"><span>${say("radars.port")}</span><input value=${radar.source.device} onChange=${(event) => set({ source: { ...radar.source, device: event.target.value } })} /></label>`}
    <button type="button" class="button tiny grave" onClick=${onRemove}>${say("radars.remove")}</button></section>`;
}
