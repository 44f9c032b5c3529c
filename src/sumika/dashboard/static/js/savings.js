// Since when savings are counted: a house that is an hour old has saved nothing in thirty days.
import { number } from "./format.js";
import { nowMs } from "./live.js";
import { say } from "./words.js";

const HOUR_S = 3600, DAY_S = 86400, WINDOW_DAYS = 30;

/** Say in how long that was saved: "in 30 days", or in as many hours or days as the house has counted. */
export function savedSince(saved) {
  const passed = typeof saved.since_unix_s === "number" ? nowMs() / 1000 - saved.since_unix_s : WINDOW_DAYS * DAY_S;
  const hours = Math.max(1, Math.round(passed / HOUR_S)), days = Math.min(WINDOW_DAYS, Math.round(passed / DAY_S));
  if (hours === 1) return say("saved.in.hour");
  return hours < 36 ? say("saved.in.hours", { hours: number(hours) }) : say("saved.in.days", { days: number(days) });
}
