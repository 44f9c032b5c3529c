// The live feed: one WebSocket, MessagePack both ways. Views say what they watch; the newest of each topic and key is
// kept, and all that came in one frame is told at once.
const RETRY_MS = [300, 800, 2000, 4000];
const NOT_LOGGED_IN = 4401;
const SILENT_MS = 12_000; // the house sends a frame every 5 s or so, be it empty
const LOOK_MS = 1000;

// So old a word may be and still tell how things are now, in seconds: as for the server (`COUNTS_S` in parts.py). The
// gate says its mode every 5 s; a plan is renewed every quarter of an hour.
const COUNTS_S = { device_state: 600, mode: 30, plan: 1800, outlook: 1800 };
const isPlan = (message) => !message.level || message.level === "full"; // without one, the level is said but once
const tellsOfNow = (message) => isPlan(message) && message.available !== false; // that a device has gone is said but once

const latest = new Map(); // topic -> Map(key -> message)
const watched = new Map(); // pattern -> how many watch it
const listeners = new Map(); // topic -> Set of functions called with (key, message), for what is not to be missed
const frames = new Set(); // called after each frame with the topics in it
const state = { socket: null, open: false, isHeard: false, wasOpen: false, tries: 0, skewMs: 0, lost: 0, frames: 0, delayMs: null, wanted: false, heardAt: 0 };
let saying = 0;
let looking = 0;

/** The server's present time in ms: browsers' clocks may be wrong. */
export const nowMs = () => Date.now() + state.skewMs;
export const isOpen = () => state.open;

/** How far the browser's clock is ahead of the house's, in seconds; negative: behind. */
export const clockAheadS = () => -state.skewMs / 1000;

/** What an answer's date tells of the house's clock: to the second, and enough until frames come. */
export function hearDate(text) {
  const told = Date.parse(text ?? "");
  if (state.frames === 0 && !Number.isNaN(told)) state.skewMs = told + 500 - Date.now();
}
export const statistics = () => ({ lost: state.lost, frames: state.frames, delayMs: state.delayMs });

/** Age of a message in seconds. */
export const ageS = (message) => (nowMs() - message.stamp[1] / 1e6) / 1000;

/** The newest messages of a topic that still tell how things are, key -> message. */
export function newest(topic) {
  const found = latest.get(topic) ?? new Map(), counts_s = COUNTS_S[topic];
  return counts_s ? new Map([...found].filter(([, message]) => ageS(message) <= counts_s || !tellsOfNow(message))) : found;
}

/** Whether something was said of a topic and key that is too old by now. */
export const fellSilent = (topic, key) => Boolean(latest.get(topic)?.has(key)) && !newest(topic).has(key);

/** Begin, and stay connected until `hangUp`. */
export function connect() {
  state.wanted = true;
  if (state.socket) return;
  const address = new URL("api/live", document.baseURI);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  state.socket = socket;
  state.heardAt = Date.now();
  looking ||= setInterval(look, LOOK_MS);
  socket.onopen = () => {
    state.open = true;
    sayWatched();
    tell(new Set());
  };
  socket.onmessage = (event) => {
    state.heardAt = Date.now();
    if (!state.isHeard) heardFirst();
    take(globalThis.MessagePack.decode(new Uint8Array(event.data)));
  };
  socket.onclose = (event) => closed(event.code);
}

// Whoever is one page too many is let in and sent away at once: only a frame tells that the house is back.
function heardFirst() {
  // It may have begun anew meanwhile, by another description: also where it went before it had said a word.
  const mayDiffer = state.wasOpen || state.tries > 0;
  state.isHeard = true;
  state.tries = 0;
  if (mayDiffer) document.dispatchEvent(new CustomEvent("sumika-back"));
  state.wasOpen = true;
}

/** Connect again in a moment, unless it was hung up. */
export function comeAgain() {
  const wait = RETRY_MS[Math.min(state.tries++, RETRY_MS.length - 1)];
  setTimeout(() => state.wanted && connect(), wait * (0.75 + Math.random() / 2));
}

/** Be no longer connected. */
export function hangUp() {
  state.wanted = state.wasOpen = false;
  state.tries = 0;
  latest.clear();
  state.socket?.close();
}

// A house without power, and a network that has gone, close no connection: what was heard last would be shown for ever.
function look() {
  if (!state.wanted) return;
  // Either way: a clock that was set says nothing about the house, and looking once more does no harm.
  if (state.socket && Math.abs(Date.now() - state.heardAt) > SILENT_MS) abandon(state.socket);
  else if (!state.open) tell(new Set()); // what is shown grows old
}

function abandon(socket) {
  // Its end may be told in minutes, when another has long taken its place.
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  closed(0);
}

function closed(code) {
  state.socket = null;
  state.open = state.isHeard = false;
  tell(new Set());
  if (!state.wanted || code === NOT_LOGGED_IN) {
    latest.clear(); // whoever is let in next may see less
    document.dispatchEvent(new CustomEvent("sumika-logged-out"));
    return;
  }
  comeAgain();
}

function take(frame) {
  // The shortest way that a frame took tells the difference of the clocks best; slow frames only look like skew.
  const skew = frame.wall_ms - Date.now();
  state.skewMs = state.frames === 0 || Math.abs(skew - state.skewMs) > 5000 ? skew : Math.max(skew, state.skewMs - 0.01);
  state.frames += 1;
  state.delayMs = state.skewMs - skew;
  state.lost = frame.lost;
  const topics = new Set();
  for (const [topic, key, message] of frame.messages) {
    if (!latest.has(topic)) latest.set(topic, new Map());
    latest.get(topic).set(key, message);
    topics.add(topic);
    for (const listener of listeners.get(topic) ?? []) listener(key, message);
  }
  tell(topics);
}

function tell(topics) {
  for (const listener of frames) listener(topics);
}

function sayWatched() {
  clearTimeout(saying);
  // Views come and go together: one question for all of them.
  saying = setTimeout(() => {
    if (!state.open) return;
    state.socket.send(globalThis.MessagePack.encode({ watch: [...watched.keys()].sort(), max_hz: 20 }));
  }, 30);
}

/** Watch topics, or "topic/key"; returns how to stop. */
export function watch(patterns) {
  let isNew = false;
  for (const pattern of patterns) {
    isNew ||= !watched.has(pattern);
    watched.set(pattern, (watched.get(pattern) ?? 0) + 1);
  }
  if (isNew) sayWatched();
  return () => {
    for (const pattern of patterns) {
      const left = watched.get(pattern) - 1;
      if (left > 0) watched.set(pattern, left);
      else watched.delete(pattern);
    }
    sayWatched();
  };
}

/** Hear every message of a topic; returns how to stop. */
export function onMessage(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

/** Hear of every frame: called with the set of topics in it; returns how to stop. */
export function onFrame(listener) {
  frames.add(listener);
  return () => frames.delete(listener);
}
