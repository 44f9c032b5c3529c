// The whole house: the floor plan coloured by comfort, air or presence, people on it, what happens now and next and why.
import { html, useState } from "../../vendor/preact-htm.js";
import { actionLine, isBusy, stateLine } from "../actions.js";
import { airOf, freshness, warmthOf } from "../climate.js";
import { celsius, clock, number, percent, stampS } from "../format.js";
import { deviceName, isOn, roomName, storeys } from "../house_model.js";
import { useLive } from "../hooks.js";
import { fellSilent } from "../live.js";
import { everybody, PEOPLE_TOPICS, presence } from "../people.js";
import { FloorPlan } from "../parts/floor_plan.js";
import { ghostLine, PeopleLayer, personLine } from "../parts/people_layer.js";
import { reasonText, Why } from "../parts/why.js";
import { to } from "../routes.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";
import { NowNext } from "./today.js";

const COLOURS = ["comfort", "air", "presence"];
const LEGENDS = { comfort: ["cold", "right", "warm", "unknown"], air: ["right", "stale", "warm", "unknown"], presence: ["there", "unknown"] };

/** The view. */
export function View() {
  const { house, may } = useSession();
  const floors = storeys(house);
  const [storey, goTo] = useState(floors[0]);
  const [by, colour] = useState("comfort");
  const [chosen, choose] = useState(null);
  const live = useLive([...PEOPLE_TOPICS, "presence", "respiration", "air", "plan", "outlook", "device_state", "verdict"], 10);
  return html`<div class="head"><h1>${say("view.house")}</h1>
      <div class="choices end" role="group" aria-label=${say("house.colour")}>
        ${COLOURS.map((one) => html`<button type="button" aria-pressed=${one === by} onClick=${() => colour(one)}>${say(`house.${one}`)}</button>`)}
      </div>
      ${floors.length > 1 && html`<div class="choices" role="group" aria-label=${say("house.storey")}>
        ${floors.map((one) => html`<button type="button" aria-pressed=${one === storey} onClick=${() => goTo(one)}>${say("house.floor", { n: one })}</button>`)}</div>`}
    </div>
    <div class="two">
      <section class="card"><${Drawing} ...${{ house, storey, by, choose }} /><${Legend} by=${by} />
        <${Chosen} chosen=${chosen} onClose=${() => choose(null)} /></section>
      <div class="stack">
        <${Who} house=${house} />
        ${may("plan") && html`<${NowNext} live=${live} />`}
        <${Devices} house=${house} live=${live} />
        ${may("plan") && html`<${Verdicts} house=${house} live=${live} />`}
      </div>
    </div>`;
}

function Drawing({ house, storey, by, choose }) {
  const now = everybody();
  const onFloor = isOn(house, storey);
  const rooms = house.rooms;
  return html`<${FloorPlan} house=${house} storey=${storey} label=${say("house.plan")} paint=${(room) => paint(room.id, by)}
      facts=${(room) => facts(room.id, by)} linkTo=${(room) => to("room", room.id)}>
    ${({ x, y }) => html`<${PeopleLayer} people=${now.people.filter(onFloor)} others=${now.others.filter(onFloor)}
      ghosts=${rooms.length ? now.ghosts.filter(onFloor) : []} x=${x} y=${y} onChoose=${choose} />`}
  <//>`;
}

function paint(room, by) {
  if (by === "comfort") return warmthOf(room).word;
  if (by === "air") return freshness(room).word;
  const { probability } = presence(room);
  return probability === null ? "unknown" : probability >= 0.5 ? "there-1" : "there-0";
}

/** The lines under a room's name: a colour is never all that tells. */
function facts(room, by) {
  if (by === "comfort") {
    const { temperature, word, isForecast } = warmthOf(room);
    if (temperature === null) return [];
    const shown = `${isForecast ? say("about") : ""}${celsius(temperature)}`;
    return word === "right" ? [shown] : [shown, say(`warmth.${word}`)];
  }
  if (by === "air") {
    const { co2_ppm, word } = freshness(room);
    const { relative_humidity } = airOf(room);
    const lines = co2_ppm === undefined ? [] : [`${number(co2_ppm)} ppm`];
    if (relative_humidity !== undefined) lines.push(percent(relative_humidity));
    return word === "good" || word === "unknown" ? lines : [...lines, say(`air.${word}`)].slice(-2);
  }
  const { probability } = presence(room);
  return [probability === null ? say("room.unknown") : percent(probability)];
}

function Legend({ by }) {
  return html`<p class="legend">${LEGENDS[by].map((one) => html`<span><i class=${`i-${one}`} aria-hidden="true"></i>${say(`legend.${by}.${one}`)}</span>`)}</p>`;
}

/** A person or a ghost that was clicked. */
function Chosen({ chosen, onClose }) {
  if (!chosen) return null;
  const now = chosen.cause ? null : [...everybody().people, ...everybody().others].find((track) => track.id === chosen.id);
  if (!chosen.cause && !now) return html`<p class="hint" role="status">${say("person.gone")}</p>`;
  const text = chosen.cause ? ghostLine(chosen) : personLine(now);
  const more = now && [reasonText(now.reason), now.posture && reasonText(now.posture.reason)].filter(Boolean).join(" ");
  return html`<div class="hint row apart" role="status" data-chosen><span>${text}${more && html`<br /><span class="small">${more}</span>`}</span>
    <button type="button" class="button tiny" onClick=${onClose}>${say("close")}</button></div>`;
}

/** Where somebody is, as a probability with its reason. */
function Who({ house }) {
  const watched = house.rooms.filter((room) => (house.radars ?? []).some((radar) => radar.room === room.id));
  const now = everybody();
  return html`<section class="card"><h2>${say("house.who")}</h2>
    ${now.count !== null && html`<p data-count=${now.count}>${say("house.count", { count: now.count })}</p>`}
    <ul class="list">${watched.map((room) => {
      const { probability, reason } = presence(room.id);
      const text = probability === null ? say("room.unknown") : percent(probability);
      return html`<li><div class="between"><a href=${to("room", room.id)}>${roomName(house, room.id)}</a>
        <span class="row" style=${{ gap: "2px" }}><span class="number" data-presence=${room.id}>${text}</span><${Why} text=${reasonText(reason) || say("room.unknown.long")} about=${roomName(house, room.id)} end /></span></div></li>`;
    })}</ul></section>`;
}

function Devices({ house, live }) {
  const states = [...live("device_state").values()].filter((state) => house.deviceOf.has(state.device));
  const busy = states.filter((state) => isBusy(state) || !state.available);
  const silent = [...house.deviceOf.keys()].filter((id) => fellSilent("device_state", id));
  return html`<section class="card"><h2>${say("house.devices")}</h2>
    ${!busy.length && !silent.length && html`<p class="soft">${say("house.devices.none")}</p>`}
    <ul class="list">${busy.map((state) => html`<li><div class="between"><span>${deviceName(house, state.device)}</span>
      <span class="soft number">${stateLine(house, state)}${state.power_w > 1 ? `${say("list.dot")}${number(state.power_w)} W` : ""}</span></div></li>`)}
      ${silent.map((id) => html`<li data-silent=${id}><div class="between"><span>${deviceName(house, id)}</span><span class="soft">${say("device.fell_silent")}</span></div></li>`)}</ul></section>`;
}

/** What the safety gate said last. */
function Verdicts({ house, live }) {
  const last = [...live("verdict").values()].sort((a, b) => b.stamp[1] - a.stamp[1]).slice(0, 5);
  if (!last.length) return null;
  return html`<section class="card"><h2>${say("house.verdicts")}</h2><ul class="list">${last.map((one) => {
    const line = actionLine(house, { ...one, value: one.written ?? one.asked });
    const rule = has(`rule.${one.rule}`) ? say(`rule.${one.rule}`) : "";
    return html`<li><div class="between"><span>${line}</span><span class="soft number">${clock(stampS(one))}</span></div>
      <span class="soft small"><span class=${`tag ${one.ruling === "passed" ? "good" : one.ruling === "clipped" ? "care" : "bad"}`}>${say(`ruling.${one.ruling}`)}</span> ${say(`asker.${one.asked_by}`)}${one.ruling === "passed" ? "" : `${say("list.dot")}${rule}`}</span></li>`;
  })}</ul></section>`;
}
