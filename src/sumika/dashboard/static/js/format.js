// Numbers and times as people read them. A value that is not there is a dash, never 0.
import { language, say } from "./words.js";

export const NONE = "–";
const locale = () => (language() === "ja" ? "ja-JP" : "en-GB");
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number with so many digits. */
export function number(value, digits = 0) {
  if (!isNumber(value)) return NONE;
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A number that says which way it goes. */
export function signed(value, digits = 1) {
  if (!isNumber(value)) return NONE;
  const shown = number(Math.abs(value), digits);
  return value < 0 ? `−${shown}` : `+${shown}`;
}

export const celsius = (value, digits = 1) => (isNumber(value) ? `${number(value, digits)} °C` : NONE);
export const percent = (share) => (isNumber(share) ? `${number(share * 100)} %` : NONE);

const moneyDigits = (currency) => (currency === "JPY" ? 0 : 2);

/** Whether money rounds to nothing: half a yen, half a cent. */
export const isNoMoney = (value, currency = "JPY") => Math.abs(value) < 0.5 / 10 ** moneyDigits(currency);

/** Money: yen without decimals, others with two. */
export function money(value, currency = "JPY") {
  if (!isNumber(value)) return NONE;
  const digits = moneyDigits(currency);
  const symbol = currency === "JPY" ? "¥" : currency === "EUR" ? "€" : `${currency} `;
  if (currency === "JPY" && language() === "ja") return `${number(value)} 円`;
  return `${value < 0 ? "−" : ""}${symbol}${number(Math.abs(value), digits)}`;
}

let homeZone = "";

/** Tell times as the clocks at home do wherever no zone is named: a browser may be away, or be set to another. */
export function keepZone(zone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    homeZone = zone;
  } catch {
    homeZone = ""; // where the house stands is not known, or the zone not to this browser
  }
}

/** That zone; empty where none is known, and times are the browser's. */
export const zoneKept = () => homeZone;

/** An hour of the day, in a zone. */
export function clock(unixS, zone) {
  return timeFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone).format(new Date(unixS * 1000));
}

/** The same as a whole number, 0 to 23. */
export const hourOf = (unixS, zone) => Number(clock(unixS, zone).slice(0, 2));

/** A day. */
export function day(unixS, zone, long = false) {
  const how = long ? { month: "long", day: "numeric", weekday: "long" } : { month: "short", day: "numeric", weekday: "short" };
  return timeFormat(how, zone).format(new Date(unixS * 1000));
}

/** A day and hour. */
export const moment = (unixS, zone) => `${day(unixS, zone)} ${clock(unixS, zone)}`;

const formats = new Map();
function timeFormat(how, named) {
  const zone = named || homeZone || undefined;
  const key = JSON.stringify([how, zone, locale()]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(), { ...how, timeZone: zone }));
  return formats.get(key);
}

/** How long, in the largest unit that says enough. */
export function duration(seconds) {
  if (!isNumber(seconds)) return NONE;
  if (seconds < 90) return say("duration.seconds", { n: Math.round(seconds) });
  if (seconds < 5400) return say("duration.minutes", { n: Math.round(seconds / 60) });
  if (seconds < 129600) return say("duration.hours", { n: number(seconds / 3600, seconds < 36000 ? 1 : 0) });
  return say("duration.days", { n: Math.round(seconds / 86400) });
}

/** A size. */
export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = count, unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${number(size, unit && size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Unix seconds of a message. */
export const stampS = (message) => message.stamp[1] / 1e9;
