// Nights of a bedroom from what history keeps: how the breath was, night by night, beside what is usual. A room's breath
// cannot be told apart by person where two sleep in it, and then says so.
import { html } from "../../vendor/preact-htm.js";
import { day, hourOf, number } from "../format.js";
import { roomName } from "../house_model.js";
import { useAsked } from "../hooks.js";
import { nowMs } from "../live.js";
import { get, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const NIGHTS = 14, DAY_S = 86400, POINTS_A_DAY = 96;
const FROM_H = 22, TO_H = 6; // hours that are taken for night

/** Median and middle nine tenths of numbers. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { low: at(0.05), middle: at(0.5), high: at(0.95), count: sorted.length };
}

/** Group a plot's means by night, the first one first: [{low, middle, high, count}]. */
export function nightsOf(told) {
  const nights = new Map();
  told.t.forEach((at, n) => {
    const hour = hourOf(at);
    if (hour < FROM_H && hour >= TO_H) return;
    const evening = day(hour < TO_H ? at - TO_H * 3600 : at);
    if (!nights.has(evening)) nights.set(evening, []);
    nights.get(evening).push(told.mean[n]);
  });
  return [...nights.values()].filter((values) => values.length >= 4).map(spread);
}

/** The nights of one room. */
export function Nights({ room, alone }) {
  const { house } = useSession();
  const asked = useAsked(() => {
    const to = nowMs() / 1000;
    return get(withQuery("api/history", { subject: room.id, signal: "respiration.rate_bpm", from: to - NIGHTS * DAY_S, to, points: NIGHTS * POINTS_A_DAY }));
  }, [room.id]);
  const nights = asked.value ? nightsOf(asked.value) : [];
  const title = html`<h3 style=${{ margin: "14px 0 6px" }}>${roomName(house, room.id)}</h3>`;
  if (asked.problem) return html`${title}<p class="problem">${asked.problem.message}</p>`;
  if (!nights.length) return html`${title}<p class="soft" data-nights="0">${say(asked.busy ? "past.asking" : "nights.none")}</p>`;
  const usual = spread(nights.map((night) => night.middle));
  const low = Math.min(...nights.map((night) => night.low)) - 1, high = Math.max(...nights.map((night) => night.high)) + 1;
  const y = (value) => 90 - ((value - low) / (high - low)) * 80;
  const last = nights.at(-1);
  const line = say("nights.told", { low: number(last.low, 1), high: number(last.high, 1), usual: number(usual.middle, 1) });
  return html`${title}<svg class="chart" viewBox="0 0 420 100" role="img" aria-label=${line} data-nights=${nights.length}>
      <line class="midnight" x1="0" x2="420" y1=${y(usual.middle)} y2=${y(usual.middle)} />
      ${nights.map((night, n) => {
        const x = 420 - (nights.length - n - 0.5) * 30;
        return html`<line class="line" x1=${x} x2=${x} y1=${y(night.low)} y2=${y(night.high)} opacity="0.45" /><circle class="people" cx=${x} cy=${y(night.middle)} r="5" />`;
      })}</svg><p class="soft small">${line}${alone ? "" : say("nights.shared")}</p>`;
}
