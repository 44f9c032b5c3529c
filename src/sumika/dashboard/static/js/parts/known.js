// What networks and rules know of a room and of who is in it: each with its probability, or with why nothing is said.
import { html } from "../../vendor/preact-htm.js";
import { duration, number, percent } from "../format.js";
import { useLive } from "../hooks.js";
import { ageS, newest } from "../live.js";
import { activityOf, estimate, everybody, exercisesOf, gestureOf, PEOPLE_TOPICS } from "../people.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { reasonShort, reasonText, Why } from "./why.js";

const TOPICS = ["occupancy_count", "air_events", "strain", "thermal_comfort", "activity", "exercise", "gesture"];
const OLDEST_S = { occupancy_count: 40, air_events: 200, strain: 200, thermal_comfort: 200 };
const HIGH = 0.5;

/** The card of one room; nothing where nothing of the kind is worked out. */
export function KnownOf({ room }) {
  const { house, may } = useSession();
  useLive([...TOPICS, ...PEOPLE_TOPICS], 1);
  const told = Object.fromEntries(Object.keys(OLDEST_S).map((topic) => [topic, estimate(topic, room.id, OLDEST_S[topic])]));
  const people = may("vitals") ? everybody().people.filter((track) => track.room === room.id && activityOf(track.id)) : [];
  if (!Object.values(told).some(Boolean) && !people.length) return null;
  return html`<section class="card" data-known=${room.id}><h2>${say("known")}</h2>
    <${Count} told=${told.occupancy_count} />
    ${people.map((track) => html`<${Doing} key=${track.id} track=${track} many=${people.length > 1} />`)}
    <${Happens} told=${told.air_events} />
    <${Strained} told=${told.strain} />
    <${Felt} told=${told.thermal_comfort} house=${house} />
    <p class="soft small" style=${{ marginTop: "12px" }}>${say("known.note")}</p></section>`;
}

function Untold({ what, told }) {
  return html`<p class="soft" data-known-what=${what} data-reason=${told.reason}>${say(`known.${what}`)}${say("list.dot")}${reasonShort(told.reason)} <${Why} text=${reasonText(told.reason)} about=${say(`known.${what}`)} /></p>`;
}

function Count({ told }) {
  if (!told || told.reason === "not_agreed") return null;
  if (!told.valid) return html`<${Untold} what="count" told=${told} />`;
  const most = told.count === told.shares.length - 1;
  const air = told.co2_people === null ? "" : say("known.count.air", { count: number(told.co2_people, 1) });
  return html`<p data-known-what="count" data-count=${told.count}><b>${say(most ? "known.count.most" : "known.count.people", { count: told.count })}</b>
    <span class="soft"> ${say("known.surely", { share: percent(told.probability) })}${air}</span></p>`;
}

function Doing({ track, many }) {
  const told = activityOf(track.id);
  const who = many ? `${say("vitals.person", { n: track.id })}${say("list.dot")}` : "";
  if (!told.valid) return html`<${Untold} what="doing" told=${told} />`;
  return html`<p data-known-what="doing" data-kind=${told.kind ?? ""}>${who}<b>${say(`activity.${told.kind ?? "unknown"}`)}</b>
    <span class="soft"> ${say("known.surely", { share: percent(told.probability) })}</span><${Exercised} track=${track} /><${Gestured} track=${track} /></p>`;
}

/** Each student names one of its own movements, whatever is done: so it says "most like". */
function Exercised({ track }) {
  const [told] = exercisesOf(track.id);
  if (!told) return null;
  return html`<span class="soft" data-known-what="exercise" data-movement=${told.movement}> ${say("known.exercise", { what: say(`movement.${told.movement.replaceAll(" ", "_")}`) })} ${say("known.surely", { share: percent(told.probability) })}</span>`;
}

function Gestured({ track }) {
  const told = gestureOf(track.id);
  if (!told) return null;
  return html`<span class="soft" data-known-what="gesture" data-gesture=${told.gesture}> ${say(told.confirmed ? "known.gesture.twice" : "known.gesture", { what: say(`gesture.${told.gesture}`) })} ${say("known.surely", { share: percent(told.probability) })}</span>`;
}

function Happens({ told }) {
  if (!told) return null;
  if (!told.valid) return html`<${Untold} what="air" told=${told} />`;
  if (!told.events.length) return html`<p class="soft" data-known-what="air" data-events="">${say("known.air.nothing", { what: told.can_tell.map((kind) => say(`air_event.${kind}`)).join(say("list.comma")) })}</p>`;
  return html`<p data-known-what="air" data-events=${told.events.map((one) => one.kind).join(" ")}>${told.events.map((one) => html`<b>${say(`air_event.${one.kind}`)}</b>
    <span class="soft"> ${say("known.for", { time: duration(one.for_s + ageS(told)) })}${say("list.dot")}${say("known.surely", { share: percent(one.probability) })} </span>`)}</p>`;
}

/** Never more than "higher than usual here": coffee, a cold and a film look just the same. */
function Strained({ told }) {
  const { may } = useSession();
  if (!told || !may("vitals")) return null;
  if (!told.valid) return html`<${Untold} what="strain" told=${told} />`;
  return html`<p data-known-what="strain" data-probability=${told.probability}>${say(told.probability >= HIGH ? "known.strain.higher" : "known.strain.usual")}
    <span class="soft"> ${say("known.surely", { share: percent(told.probability >= HIGH ? told.probability : 1 - told.probability) })}</span>
    <${Why} text=${say("known.strain.long")} about=${say("known.strain")} /></p>`;
}

function Felt({ told, house }) {
  const { may } = useSession();
  if (!told || !may("vitals") || told.reason === "not_agreed") return null;
  if (!told.valid) return html`<${Untold} what="comfort" told=${told} />`;
  const name = (id) => house.residents?.find((one) => one.id === id)?.name || id || say("known.somebody");
  return told.people.map((one) => html`<p key=${one.resident} data-known-what="comfort">${name(one.resident)}${say("list.dot")}
    ${say("known.comfort.told", { cold: percent(one.too_cold), warm: percent(one.too_warm) })} <span class="soft small">${say("known.comfort.votes", { count: one.votes })}</span></p>`);
}

const NIGHT_S = 36 * 3600, STAGES = [["wake", "warn"], ["rem", "accent"], ["non_rem", "good"]];

/** Sleep of a bedroom: the stages now as probabilities, and last night as a range. */
export function SleepKnown({ room }) {
  useLive(["sleep_stages", "sleep_night"], 1);
  const now = estimate("sleep_stages", room.id, 100), night = estimate("sleep_night", room.id, NIGHT_S);
  if (!now && !night) return null;
  return html`<div data-sleep-known=${room.id}>
    ${now && (now.valid ? html`<p data-stages=${STAGES.map(([name]) => now[name].toFixed(2)).join(" ")}>${say("stages.now", Object.fromEntries(STAGES.map(([name]) => [name, percent(now[name])])))}
      <span class="soft"> ${say("known.sigma", { sigma: percent(now.sigma) })}</span></p>` : html`<${Untold} what="stages" told=${now} />`)}
    ${night && (night.valid ? html`<p data-night=${night.asleep_min}>${say("night.asleep", { low: duration(60 * night.asleep_low_min), high: duration(60 * night.asleep_high_min), bed: duration(60 * night.in_bed_min) })}
      <span class="soft"> ${say("night.more", { rem: duration(60 * night.rem_min), count: night.ups })}</span></p>` : html`<${Untold} what="night" told=${night} />`)}
  </div>`;
}

/** The newest of an hourly topic, or null. */
export const lately = (topic, key, hours = 3) => {
  const message = newest(topic).get(key);
  return message && ageS(message) < hours * 3600 ? message : null;
};
