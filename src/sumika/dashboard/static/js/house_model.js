// The house's description, with what views look up in it again and again.
import { has, isJapanese, say } from "./words.js";

const COMMON_ROOMS = [
  "living", "bedroom", "bathroom", "hall", "washroom", "toilet", "kitchen", "study", "children", "dining", "entrance",
];

/** Take the server's answer. */
export function readHouse(told) {
  const { house } = told;
  const rooms = new Map(house.rooms.map((room) => [room.id, room]));
  const devices = new Map((house.devices ?? []).map((device) => [device.id, device]));
  return { ...told, ...house, file: told.file, hash: told.hash, release: told.version, told: house, roomOf: rooms, deviceOf: devices };
}

/**
 * A room's name for people. The name that house.yaml gives is the owner's own and is kept; where it is only the English
 * name of a common room, a Japanese page says it in Japanese.
 */
export function roomName(house, id) {
  const room = house.roomOf.get(id);
  if (!room) return id;
  const given = room.name || id;
  const key = COMMON_ROOMS.find((common) => common === id);
  if (key && (!room.name || isPlainEnglish(room.name, key))) return say(`room.${key}`);
  return given;
}

function isPlainEnglish(name, key) {
  return isJapanese() && new RegExp(`^${key}( ?room)?$`, "i").test(name);
}

/** A device's name for people: the one that house.yaml gives it, else its kind and room, told apart by its id. */
export function deviceName(house, id) {
  const device = house.deviceOf.get(id);
  if (!device) return house.roomOf.has(id) ? roomName(house, id) : id;
  if (device.name) return device.name;
  const kind = has(`kind.${device.kind}`) ? say(`kind.${device.kind}`) : device.kind;
  const alike = [...house.deviceOf.values()].filter((other) => other.kind === device.kind);
  if (alike.length === 1) return kind;
  const here = alike.filter((other) => other.room === device.room);
  const name = say("kind.in", { kind, room: roomName(house, device.room) });
  return here.length === 1 ? name : `${name} (${id})`;
}

/** Middle of a polygon's area; where an L-shape has it outside, it still is near enough for a label. */
export function middle(corners) {
  let area = 0, x = 0, y = 0;
  for (let n = 0; n < corners.length; n++) {
    const [ax, ay] = corners[n];
    const [bx, by] = corners[(n + 1) % corners.length];
    const cross = ax * by - bx * ay;
    area += cross / 2;
    x += ((ax + bx) * cross) / 6;
    y += ((ay + by) * cross) / 6;
  }
  return Math.abs(area) < 1e-9 ? corners[0] : [x / area, y / area];
}

/** Area in square metres. */
export function area(corners) {
  let twice = 0;
  corners.forEach(([x, y], n) => {
    const [nx, ny] = corners[(n + 1) % corners.length];
    twice += x * ny - nx * y;
  });
  return Math.abs(twice) / 2;
}

/** Storeys, the lowest first. */
export const storeys = (house) => [...new Set(house.rooms.map((room) => room.storey ?? 1))].sort((a, b) => a - b);

/** Whether somebody or something is drawn on a storey's plan: who is on it, or nobody knows where. */
export const isOn = (house, storey) => (one) => {
  const room = house.roomOf.get(one.room);
  return (one.storey ?? (room ? room.storey ?? 1 : storey)) === storey;
};

/** Bounds of rooms: {left, bottom, right, top} in metres. */
export function bounds(rooms, margin = 0.4) {
  const xs = rooms.flatMap((room) => room.floor_m.map(([x]) => x));
  const ys = rooms.flatMap((room) => room.floor_m.map(([, y]) => y));
  return {
    left: Math.min(...xs) - margin,
    right: Math.max(...xs) + margin,
    bottom: Math.min(...ys) - margin,
    top: Math.max(...ys) + margin,
  };
}

/** Air sensors of a room. */
export const sensorsOf = (house, room) => (house.sensors ?? []).filter((sensor) => sensor.room === room);
