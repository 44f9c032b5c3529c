// Changes to the house's description before they are written: a copy that is drawn and edited, and the edits that lead
// from what is there to it.
import { readHouse } from "../house_model.js";

const LISTS = ["rooms", "residents", "radars", "sensors", "devices", "connections"];

// Their entries have no ids of their own, or stand further in: they are written whole.
const WHOLE = ["known_movers", "furniture", "building.windows", "building.doors"];

// Of the alarms only what names rooms and lamps: contacts and their secrets are not the page's to write.
const WATCHES = ["alarms.not_back_in_bed", "alarms.long_in_bathroom", "alarms.prompt"];

const watchOf = (house, path) => path.split(".").reduce((part, name) => part?.[name], house) ?? null;
const within = (house, path) => path.split(".").reduce((part, name) => part?.[name], house) ?? [];
const differs = (one, other) => JSON.stringify(one) !== JSON.stringify(other);

/** A copy of a house to edit. */
export function copyOf(house) {
  const lists = [...LISTS, ...WHOLE].map((list) => [list, structuredClone(within(house, list))]);
  return Object.fromEntries([...lists, ...WATCHES.map((path) => [path, structuredClone(watchOf(house, path))])]);
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
  for (const list of WHOLE) if (differs(within(house, list), draft[list])) edits.push({ op: "set", path: list, value: draft[list] });
  for (const path of WATCHES) {
    if (!differs(watchOf(house, path), draft[path])) continue;
    edits.push(draft[path] ? { op: "set", path, value: draft[path] } : { op: "remove", path });
  }
  return edits;
}

/** A copy of what somebody else wrote meanwhile, with the changes in it that lead from `base` to `draft`. */
export function rebased(base, draft, house) {
  const fresh = copyOf(house);
  for (const list of LISTS) {
    const before = new Map((base[list] ?? []).map((one) => [one.id, one]));
    const mine = new Map(draft[list].map((one) => [one.id, one]));
    const kept = fresh[list].filter((one) => mine.has(one.id) || !before.has(one.id));
    for (const change of draft[list]) {
      const was = before.get(change.id), theirs = kept.find((one) => one.id === change.id);
      if (!was) kept.push(theirs ? { ...change, id: freeId(kept, change.id) } : change);
      else if (theirs) for (const field of Object.keys(change)) if (differs(was[field], change[field])) theirs[field] = change[field];
    }
    fresh[list] = kept;
  }
  for (const list of WHOLE) if (differs(within(base, list), draft[list])) fresh[list] = draft[list];
  for (const path of WATCHES) if (differs(watchOf(base, path), draft[path])) fresh[path] = draft[path];
  return fresh;
}

/** Without some rooms, and all that stands, hangs or opens in them. */
export function withoutRooms(draft, gone) {
  const stays = (one) => !gone.has(one.room);
  const windows = draft["building.windows"].filter(stays);
  const shut = new Set(draft["building.windows"].filter((one) => gone.has(one.room)).map((one) => one.id));
  const devices = draft.devices.filter((one) => stays(one) && !shut.has(one.window));
  return {
    rooms: draft.rooms.filter((one) => !gone.has(one.id)),
    residents: draft.residents.map((one) => (gone.has(one.life?.bedroom) ? { ...one, life: { ...one.life, bedroom: "" } } : one)),
    radars: draft.radars.filter(stays),
    sensors: draft.sensors.filter(stays),
    devices,
    furniture: draft.furniture.filter(stays),
    "building.windows": windows,
    "building.doors": draft["building.doors"].filter((one) => !one.rooms.some((room) => gone.has(room))),
    "alarms.not_back_in_bed": watchWithout(draft["alarms.not_back_in_bed"], gone),
    "alarms.long_in_bathroom": watchWithout(draft["alarms.long_in_bathroom"], gone),
    "alarms.prompt": promptWithout(draft["alarms.prompt"], gone, devices),
  };
}

function watchWithout(watch, gone) {
  const rooms = watch?.rooms.filter((room) => !gone.has(room)) ?? [];
  return rooms.length ? { ...watch, rooms } : null;
}

function promptWithout(prompt, gone, devices) {
  if (!prompt) return null;
  const kept = new Set(devices.map((one) => one.id));
  const lamps = (prompt.lamps ?? []).filter((lamp) => kept.has(lamp));
  const speakers = (prompt.speakers ?? []).filter((speaker) => !gone.has(speaker.room));
  // Only what is there is written: an empty list would be a change of a house that has none.
  const asks = { ...prompt, ...(prompt.lamps && { lamps }), ...(prompt.speakers && { speakers }) };
  return lamps.length + speakers.length ? asks : null;
}

function changesOf(list, before, after) {
  return Object.keys(after)
    .filter((field) => differs(before[field], after[field]))
    .map((field) => ({ op: "set", path: `${list}[${after.id}].${field}`, value: after[field] }));
}

/** The house as a copy would have it, for the floor plan: walls are those between its rooms as drawn. */
export function housePreview(house, draft) {
  const walls = draft.rooms.flatMap((room) => room.floor_m.map((start, n) => ({
    start_m: start, end_m: room.floor_m[(n + 1) % room.floor_m.length], rooms: [room.id], storey: room.storey ?? 1, outer: false,
  })));
  return readHouse({ ...house.told, house: { ...house.told.house, ...draft }, walls });
}

/** A free name: "room", "room_2" ...; `otherwise` where no letter of what is wanted can stand in one. */
export function freeId(list, wanted, otherwise = "room") {
  const cleaned = (name) => name.toLowerCase().replace(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+/, "").slice(0, 28);
  const clean = cleaned(wanted) || cleaned(otherwise) || "room";
  const taken = new Set(list.map((one) => one.id));
  if (!taken.has(clean)) return clean;
  for (let n = 2; ; n++) if (!taken.has(`${clean}_${n}`)) return `${clean}_${n}`;
}

/** To the centimetre: what a hand draws is no finer. */
export const cm = (metres) => Math.round(metres * 100) / 100;
