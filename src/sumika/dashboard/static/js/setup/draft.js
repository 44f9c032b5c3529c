// Changes to the house's description before they are written: a copy that is drawn and edited, and the edits that lead
// from what is there to it.
import { readHouse } from "../house_model.js";

const LISTS = ["rooms", "radars", "sensors", "devices", "connections"];

/** A copy of a house to edit. */
export function copyOf(house) {
  return Object.fromEntries(LISTS.map((list) => [list, structuredClone(house[list] ?? [])]));
}

/** The edits [{op, path, value}] that make of a house what a copy says. */
export function editsBetween(house, draft) {
  const edits = [];
  // What others stand on comes first, and goes last: rooms before radars, radars away before rooms.
  for (const list of LISTS) {
    const before = new Map((house[list] ?? []).map((one) => [one.id, one]));
    for (const one of draft[list]) {
      if (!before.has(one.id)) edits.push({ op: "add", path: list, value: one });
      else edits.push(...changesOf(list, before.get(one.id), one));
    }
  }
  for (const list of [...LISTS].reverse()) {
    const kept = new Set(draft[list].map((one) => one.id));
    for (const one of house[list] ?? []) if (!kept.has(one.id)) edits.push({ op: "remove", path: `${list}[${one.id}]` });
  }
  return edits;
}

function changesOf(list, before, after) {
  return Object.keys(after)
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ op: "set", path: `${list}[${after.id}].${field}`, value: after[field] }));
}

/** The house as a copy would have it, for the floor plan: walls are those between its rooms as drawn. */
export function housePreview(house, draft) {
  const walls = draft.rooms.flatMap((room) => room.floor_m.map((start, n) => ({
    start_m: start, end_m: room.floor_m[(n + 1) % room.floor_m.length], rooms: [room.id], storey: room.storey ?? 1, outer: false,
  })));
  return readHouse({ ...house.told, house: { ...house.told.house, ...draft }, walls });
}

/** A free name: "room", "room_2" ... */
export function freeId(list, wanted) {
  const clean = wanted.toLowerCase().replace(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+/, "").slice(0, 28) || "room";
  const taken = new Set(list.map((one) => one.id));
  if (!taken.has(clean)) return clean;
  for (let n = 2; ; n++) if (!taken.has(`${clean}_${n}`)) return `${clean}_${n}`;
}

/** To the centimetre: what a hand draws is no finer. */
export const cm = (metres) => Math.round(metres * 100) / 100;
