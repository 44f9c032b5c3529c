// The floor plan of one storey as SVG. One unit is one metre; y is turned over, as plans have it upwards.
import { html } from "../../vendor/preact-htm.js";
import { bounds, middle, roomName } from "../house_model.js";
import { to } from "../routes.js";

const FURNITURE_M = {
  bed: [2, 1.4], sofa: [0.9, 1.8], table: [0.8, 1.4], desk: [0.6, 1.1], kitchen: [0.65, 2.2], bath: [1.1, 0.7], tv: [0.3, 1.2],
  wardrobe: [0.6, 1.4], toilet: [0.65, 0.4], washbasin: [0.5, 0.6], chair: [0.45, 0.45], curtain: [0.15, 1.5], fan: [0.4, 0.4],
};

/**
 * A plan. `paint(room)` gives a room's class, `facts(room)` lines under its name, `linkTo(room)` where a click leads;
 * children are drawn on top and use `x` and `y` of `placing`.
 */
export function FloorPlan({ house, storey, paint, facts, linkTo, label, under, children, rooms: only }) {
  const rooms = house.rooms.filter((room) => (room.storey ?? 1) === storey && (!only || only.includes(room.id)));
  const box = bounds(rooms);
  const { x, y } = placing(box);
  return html`<svg class="plan" role="group" aria-label=${label} viewBox=${`0 0 ${box.right - box.left} ${box.top - box.bottom}`}>
    <defs><pattern id="blind" width="0.22" height="0.22" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="0.22" /></pattern></defs>
    ${rooms.map((room) => html`<${RoomShape} key=${room.id} ...${{ house, room, paint, linkTo, facts, x, y }} />`)}
    <${Furniture} ...${{ house, rooms, x, y }} />
    ${under?.({ x, y })}
    <${Walls} ...${{ house, rooms, storey, x, y }} />
    ${rooms.map((room) => html`<${RoomLabel} key=${room.id} ...${{ house, room, facts, x, y }} />`)}
    ${children?.({ x, y })}
  </svg>`;
}

/** Metres of the plan to units of the drawing. */
export const placing = (box) => ({ x: (value) => value - box.left, y: (value) => box.top - value });

const corners = (points, x, y) => points.map(([px, py]) => `${x(px)},${y(py)}`).join(" ");
export { corners };

function RoomShape({ house, room, paint, linkTo, facts, x, y }) {
  const shape = html`<polygon class=${`room ${paint?.(room) ?? ""}`} data-room=${room.id} points=${corners(room.floor_m, x, y)} />`;
  if (!linkTo) return shape;
  const told = [roomName(house, room.id), ...(facts?.(room) ?? [])].join(", ");
  return html`<a href=${linkTo(room) ?? to("room", room.id)} aria-label=${told}>${shape}</a>`;
}

/** How wide a text is, in heights of its letters. */
const lengthOf = (text) => [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e80 ? 1 : 0.62), 0);

function RoomLabel({ house, room, facts, x, y }) {
  const [mx, my] = middle(room.floor_m);
  const xs = room.floor_m.map((corner) => corner[0]), ys = room.floor_m.map((corner) => corner[1]);
  const wide = Math.max(...xs) - Math.min(...xs), high = Math.max(...ys) - Math.min(...ys);
  const name = roomName(house, room.id);
  // Narrow rooms get a smaller name rather than one that runs over the walls, and no fact that nobody could read.
  const isSmall = window.innerWidth < 700;
  const fact = (line) => Math.min(isSmall ? 0.34 : 0.25, (wide - 0.16) / lengthOf(line));
  const size = Math.min(isSmall ? 0.36 : 0.27, (wide - 0.2) / lengthOf(name));
  const lines = high > 1.2 ? (facts?.(room) ?? []).filter((line) => fact(line) >= (isSmall ? 0.2 : 0.12)) : [];
  const top = y(my) - (lines.length * 0.32) / 2 + 0.08;
  return html`<g aria-hidden="true">
    <text class="name" x=${x(mx)} y=${top} style=${{ fontSize: `${size}px` }}>${name}</text>
    ${lines.map((line, n) => html`<text class="fact" x=${x(mx)} y=${top + 0.32 * (n + 1)} style=${{ fontSize: `${fact(line)}px` }}>${line}</text>`)}
  </g>`;
}

function Walls({ house, rooms, storey, x, y }) {
  const shown = new Set(rooms.map((room) => room.id));
  const walls = (house.walls ?? []).filter((wall) => wall.storey === storey && wall.rooms.some((id) => shown.has(id)));
  const windows = (house.building?.windows ?? []).filter((one) => shown.has(one.room)).map((one) => windowPlace(house, one)).filter(Boolean);
  const doors = (house.building?.doors ?? []).filter((door) => door.rooms.some((id) => shown.has(id)));
  return html`<g aria-hidden="true">
    ${walls.map(({ start_m, end_m, outer }) => html`<line class=${outer ? "wall outer" : "wall"} x1=${x(start_m[0])} y1=${y(start_m[1])} x2=${x(end_m[0])} y2=${y(end_m[1])} />`)}
    ${windows.map(([a, b]) => html`<line class="door" x1=${x(a[0])} y1=${y(a[1])} x2=${x(b[0])} y2=${y(b[1])} /><line class="window" x1=${x(a[0])} y1=${y(a[1])} x2=${x(b[0])} y2=${y(b[1])} />`)}
    ${doors.map((door) => doorLine(walls, door)).filter(Boolean).map(([a, b]) => html`<line class="door" x1=${x(a[0])} y1=${y(a[1])} x2=${x(b[0])} y2=${y(b[1])} />`)}
  </g>`;
}

/** Ends of a window: in the middle of its edge of the room. */
function windowPlace(house, { room, wall, width_m }) {
  const floor = house.roomOf.get(room)?.floor_m;
  if (!floor || wall >= floor.length) return null;
  return alongLine(floor[wall], floor[(wall + 1) % floor.length], 0.5, width_m);
}

function alongLine([ax, ay], [bx, by], share, width) {
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return null;
  const half = Math.min(width, length) / 2 / length;
  const at = (part) => [ax + (bx - ax) * part, ay + (by - ay) * part];
  return [at(share - half), at(share + half)];
}

/** Ends of a door: on the wall that it is in. */
function doorLine(walls, { at_m: [px, py], width_m = 0.8 }) {
  for (const { start_m: [ax, ay], end_m: [bx, by] } of walls) {
    const length = Math.hypot(bx - ax, by - ay);
    const share = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length ** 2;
    const off = Math.abs((px - ax) * (by - ay) - (py - ay) * (bx - ax)) / length;
    if (off < 0.15 && share > -0.01 && share < 1.01) return alongLine([ax, ay], [bx, by], share, width_m);
  }
  return null;
}

function Furniture({ house, rooms, x, y }) {
  const shown = new Set(rooms.map((room) => room.id));
  return html`<g aria-hidden="true">${(house.furniture ?? []).filter((piece) => shown.has(piece.room)).map((piece) => {
    const [deep, wide] = FURNITURE_M[piece.kind] ?? [0.5, 0.5];
    const [px, py] = piece.at_m;
    return html`<rect class="furniture" rx="0.06" x=${-deep / 2} y=${-wide / 2} width=${deep} height=${wide}
      transform=${`translate(${x(px)} ${y(py)}) rotate(${-(piece.heading_deg ?? 0)})`} />`;
  })}</g>`;
}
