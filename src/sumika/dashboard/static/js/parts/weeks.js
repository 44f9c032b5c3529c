// What changes over weeks, and what told moods go along with: levels, days and intervals; no causes, no diagnosis.
import { html, useState } from "../../vendor/preact-htm.js";
import { day, number, percent } from "../format.js";
import { useLive } from "../hooks.js";
import { post } from "../server.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { lately } from "./known.js";
import { reasonShort } from "./why.js";

const DIGITS = { night_visits: 1, walking_speed_m_s: 2, resting_heart_bpm: 1, resting_breath_bpm: 1, out_of_bed_h: 1, asleep_h: 1 };

/** One line for each measure of a bedroom. */
export function Weeks({ room }) {
  useLive(["well_being"], 1);
  const told = lately("well_being", room.id);
  if (!told) return null;
  return html`<h3 style=${{ margin: "14px 0 6px" }}>${say("weeks")}</h3><div data-weeks=${room.id}>
    ${told.trends.map((one) => html`<p key=${one.measure} data-measure=${one.measure} data-direction=${one.direction}>${say(`measure.${one.measure}`)}${say("list.dot")}${trendText(one)}</p>`)}</div>
    <p class="soft small">${say("weeks.note")}</p>`;
}

function trendText(one) {
  const shown = (value) => number(value, DIGITS[one.measure] ?? 1);
  if (!one.valid) return say("weeks.untold", { why: reasonShort(one.reason), count: one.days });
  if (one.direction === "none") return say("weeks.same", { level: shown(one.before), count: one.days });
  return say(`weeks.${one.direction}`, {
    before: shown(one.before), after: shown(one.after), low: shown(one.shift_low), high: shown(one.shift_high),
    from: day(one.change_low_unix_s), to: day(one.change_high_unix_s), share: percent(one.probability),
  });
}

const MOODS = [["bad", -2], ["low", -1], ["even", 0], ["fine", 1], ["good", 2]];

/** "How are you?": one tap; and what tends to go with it. Only one's own. */
export function Moods({ resident }) {
  useLive(["mood_table"], 1);
  const [act, told, busy] = useAct();
  const [given, give] = useState(null);
  const table = lately("mood_table", resident);
  const tap = async ([word, pleasant]) => {
    const answer = await act(() => post("api/mood", { pleasant }), say("mood.thanks"));
    if (answer) give(word);
  };
  return html`<section class="card" data-moods=${resident}><h2>${say("mood")}</h2>
    <div class="row" role="group" aria-label=${say("mood")}>${MOODS.map((one) => html`<button type="button" class="button tiny" data-mood=${one[0]} aria-pressed=${given === one[0]} disabled=${busy} onClick=${() => tap(one)}>${say(`mood.${one[0]}`)}</button>`)}</div>${told}
    ${table && !table.valid && html`<p class="soft small">${say("mood.few", { count: table.told })}</p>`}
    ${table?.valid && html`<div>${table.pairs.map((pair) => html`<p key=${pair.measure} data-pair=${pair.measure}>${say(`measure.${pair.measure}`)}${say("list.dot")}${pairText(pair)}</p>`)}</div>`}
    <p class="soft small">${say("mood.note")}</p></section>`;
}

function pairText(pair) {
  const shown = { above: number(pair.above, 1), below: number(pair.below, 1), low: number(pair.low, 1), high: number(pair.high, 1), count: pair.days };
  return say(pair.low > 0 || pair.high < 0 ? "mood.goes" : "mood.nothing", shown);
}
