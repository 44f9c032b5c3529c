// How a room's air and warmth are, in one word and one number. A number alone says nothing, a colour alone neither.
import { ageS, newest } from "./live.js";

// Limits: CO2 1000 ppm and 18-28 degrees, Japan's building sanitation standard (建築物環境衛生管理基準, 2022); 1500 ppm, its
// school standard; PM2.5 15 ug/m3, WHO 2021 (24 h), 35, Japan's environmental standard (24 h).
const STALE_PPM = 1000, BAD_PPM = 1500, DUSTY = 15, BAD_DUST = 35, COOLEST_C = 18, WARMEST_C = 28;
const OLD_S = 180;
const FIELDS = [
  "temperature_c", "relative_humidity", "co2_ppm", "voc_ug_m3", "pm2_5_ug_m3", "illuminance_lux", "sound_dba", "co_ppm",
];

/** What sensors say of a room now, merged; absent or old values are missing. */
export function airOf(room) {
  const found = {};
  for (const sample of newest("air").values()) {
    if (sample.room !== room || ageS(sample) > OLD_S) continue;
    for (const field of FIELDS) if (typeof sample[field] === "number") found[field] = sample[field];
    if (sample.smoke) found.smoke = true;
    if (typeof sample.window_open === "number") found.window_open = sample.window_open;
  }
  return found;
}

/** The plan's view of a room: {outlook, index of the present step}; null where there is none that still holds. */
export function outlookOf(room) {
  const outlook = [...newest("outlook").values()][0];
  const found = outlook?.rooms.find((one) => one.room === room);
  if (!found) return null;
  return { outlook, room: found, step: stepAt(outlook, outlookNowS(outlook)) };
}

/** The present on the clock of an outlook, which is the house's own: a simulated house lives on another day. */
export function outlookNowS(outlook) {
  const first = outlook.begins_unix_s[0], made = outlook.stamp[1] / 1e9;
  // Steps begin at whole quarters of an hour: of a real house, the one nearest to when the outlook was made.
  return (Math.abs(made - first) <= 900 ? made : first) + ageS(outlook);
}

/** Which step of an outlook a moment lies in. */
export function stepAt(outlook, unixS) {
  let step = 0;
  outlook.begins_unix_s.forEach((begins, n) => {
    if (begins <= unixS) step = n;
  });
  return step;
}

/** Warmth of a room: {word, temperature, low, high}; word: cold-2, cold-1, right, warm-1, warm-2, unknown. */
export function warmthOf(room) {
  const temperature = airOf(room).temperature_c;
  const ahead = outlookOf(room);
  const low = ahead?.room.coolest_c?.[ahead.step] ?? null;
  const high = ahead?.room.warmest_c?.[ahead.step] ?? null;
  const shown = temperature ?? ahead?.room.air_c?.[ahead.step];
  if (shown === undefined) return { word: "unknown", temperature: null, low, high };
  const below = (low ?? COOLEST_C) - shown, above = shown - (high ?? WARMEST_C);
  const word = below > 2 ? "cold-2" : below > 0.3 ? "cold-1" : above > 2 ? "warm-2" : above > 0.3 ? "warm-1" : "right";
  return { word, temperature: shown, isForecast: temperature === undefined, low, high };
}

/** Air of a room: {word, co2_ppm, pm2_5_ug_m3}; word: good, stale, bad, unknown. */
export function freshness(room) {
  const { co2_ppm, pm2_5_ug_m3, smoke } = airOf(room);
  if (smoke) return { word: "bad", co2_ppm, pm2_5_ug_m3, smoke };
  if (co2_ppm === undefined && pm2_5_ug_m3 === undefined) return { word: "unknown" };
  const bad = (co2_ppm ?? 0) >= BAD_PPM || (pm2_5_ug_m3 ?? 0) >= BAD_DUST;
  const stale = (co2_ppm ?? 0) >= STALE_PPM || (pm2_5_ug_m3 ?? 0) >= DUSTY;
  return { word: bad ? "bad" : stale ? "stale" : "good", co2_ppm, pm2_5_ug_m3 };
}
