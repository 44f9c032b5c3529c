// The first thing seen: one sentence about the house, as one of the family would say it; then rooms, and what is next.
import { html } from "../../vendor/preact-htm.js";
import { actionLine, upcoming, whyOf } from "../actions.js";
import { eventLine } from "../alarms.js";
import { airOf, freshness, outlookNowS, warmthOf } from "../climate.js";
import { celsius, hourOf, money, number } from "../format.js";
import { roomName, sensorsOf } from "../house_model.js";
import { useAsked, useEvery, useLive } from "../hooks.js";
import { nowMs } from "../live.js";
import { everybody, PEOPLE_TOPICS, presence } from "../people.js";
import { Votes } from "../parts/comfort.js";
import { ModeSwitch } from "../parts/mode_switch.js";
import { Suggestions } from "../parts/suggestions.js";
import { Why } from "../parts/why.js";
import { to } from "../routes.js";
import { savedSince } from "../savings.js";
import { get } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const ORDER = ["unknown", "good", "stale", "bad"];

/** The view. */
export function View() {
  const { house, me, may } = useSession();
  const live = useLive([...PEOPLE_TOPICS, "presence", "air", "plan", "outlook", "mode"], 1);
  const today = useAsked(() => get("api/today"), []);
  useEvery(30, today.reload);
  const mine = roomOfMine(house, me);
  return html`<h1 class="unseen">${say("view.today")}</h1><div class="two">
    <div class="stack">
      <section class="card today"><p class="greeting">${greeting(me)}</p><${Sentence} today=${today.value} /></section>
      <${Alarms} alarms=${today.value?.alarms ?? []} />
      <section><h2 class="unseen">${say("today.rooms")}</h2>
        <div class="rooms">${house.rooms.map((room) => html`<${RoomCard} house=${house} room=${room} />`)}</div></section>
    </div>
    <div class="stack">
      <${Suggestions} />
      ${may("plan") && html`<${NowNext} live=${live} />`}
      ${may("wish") && mine && html`<section class="card"><div class="between"><h2>${say("vote")}</h2><span class="soft small">${roomName(house, mine)}</span></div><${Votes} room=${mine} /></section>`}
      <section class="card"><h2>${say("mode")}</h2><${ModeSwitch} /></section>
    </div>
  </div>`;
}

function greeting(me) {
  const hour = hourOf(nowMs() / 1000);
  const part = hour < 4 ? "night" : hour < 11 ? "morning" : hour < 17 ? "day" : "evening";
  return say(`greeting.${part}`, { user: me.user });
}

/** Where a vote counts: where the house sees one of mine, else a room with people, else the first. */
function roomOfMine(house, me) {
  const withPeople = everybody().people.map((track) => track.room).filter(Boolean);
  const own = house.rooms.filter((room) => room.residents?.some((id) => me.residents.includes(id))).map((room) => room.id);
  return withPeople.find((room) => own.includes(room)) ?? withPeople[0] ?? own[0] ?? house.rooms[0]?.id;
}

/** "This month ¥2,140 saved (± 600) · air good · everyone asleep." */
function Sentence({ today }) {
  const { house } = useSession();
  const parts = [savedPart(today?.saved), airPart(house), peoplePart(house)].filter(Boolean);
  return html`<p class="sentence" data-part="today">${parts.map((part, n) => html`${n > 0 ? say("sentence.join") : ""}${part}`)}${say("sentence.end")}</p>`;
}

function savedPart(saved) {
  if (!saved || typeof saved.saved !== "number") return null;
  const range = typeof saved.sigma === "number" ? html` <span class="quiet">(± ${money(saved.sigma, saved.currency)})</span>` : "";
  const would = saved.mode && saved.mode !== "drive" ? "today.would" : "today";
  const key = saved.saved >= 0 ? `${would}.saved` : `${would}.lost`;
  const [before, after] = say(key, { money: "\u0001", since: savedSince(saved) }).split("\u0001");
  return html`<span data-saved=${saved.saved}>${before}${money(Math.abs(saved.saved), saved.currency)}${range}${after}</span>`;
}

function airPart(house) {
  const words = house.rooms.map((room) => ({ room: room.id, ...freshness(room.id) }));
  const worst = words.reduce((a, b) => (ORDER.indexOf(b.word) > ORDER.indexOf(a.word) ? b : a), { word: "unknown" });
  return html`<span data-air=${worst.word}>${say(`today.air.${worst.word}`, { room: worst.room ? roomName(house, worst.room) : "" })}</span>`;
}

/** Who is at home. Nobody is said to be away while a room says otherwise, or while one is not known. */
function peoplePart(house) {
  const now = everybody();
  const watched = new Set((house.radars ?? []).map((radar) => radar.room));
  const rooms = [...watched].map((room) => presence(room).probability);
  const somebody = rooms.some((probability) => probability !== null && probability >= 0.5);
  if (!now.count && somebody) return html`<span data-people="some">${say("today.people.somebody")}</span>`;
  if (!now.known || now.count === null || (now.count === 0 && rooms.includes(null))) return html`<span data-people="unknown">${say("today.people.unknown")}</span>`;
  if (now.count === 0) return html`<span data-people="0">${say("today.people.none")}</span>`;
  const lying = now.people.filter((track) => track.posture?.posture === "lying").length;
  const key = lying === now.count ? "lying" : now.count === 1 ? "one" : "some";
  return html`<span data-people=${now.count}>${say(`today.people.${key}`, { count: now.count })}</span>`;
}

function Alarms({ alarms }) {
  const { house } = useSession();
  if (!alarms.length) return null;
  return html`<section class="card"><h2>${say("today.alarms")}</h2><ul class="list">${alarms.map((event) => html`<li>
    <span><span class="tag bad">${say("severity.alarm")}</span> ${eventLine(house, event)}</span>
    <a class="small" href=${to("alarms")}>${say("today.alarms.look")}</a></li>`)}</ul></section>`;
}

function RoomCard({ house, room }) {
  const told = presence(room.id);
  const warmth = warmthOf(room.id), fresh = freshness(room.id), air = airOf(room.id);
  const seen = house.radars?.some((radar) => radar.room === room.id);
  const here = everybody().people.filter((track) => track.room === room.id).length;
  const state = told.probability === null ? "unknown" : told.probability >= 0.5 || here ? "there" : "";
  return html`<a class="card" href=${to("room", room.id)} data-room=${room.id}>
    <div class="between"><b>${roomName(house, room.id)}</b>${seen && html`<i class=${`dot ${state}`} aria-hidden="true"></i>`}</div>
    ${warmth.temperature === null ? html`<span class="soft small">${say(sensorsOf(house, room.id).length ? "room.sensor_silent" : "room.no_sensor")}</span>` : html`<div class="value"><b>${warmth.isForecast ? say("about") : ""}${celsius(warmth.temperature)}</b></div>`}
    <span class="who">${[
      warmth.word !== "right" && warmth.word !== "unknown" ? say(`warmth.${warmth.word}`) : "",
      fresh.word !== "good" && fresh.word !== "unknown" ? say(`air.${fresh.word}`) : "",
      air.co2_ppm !== undefined ? `${number(air.co2_ppm)} ppm` : "",
      !seen ? "" : state === "there" ? (here ? say("room.people", { count: here }) : say("room.there")) : state === "unknown" ? say("room.unknown") : say("room.empty"),
    ].filter(Boolean).join(say("list.dot"))}</span>
  </a>`;
}

/** What is done now and next, and why. */
export function NowNext({ live }) {
  const { house } = useSession();
  const plan = [...live("plan").values()].find((one) => one.actions) ?? null;
  const outlook = [...live("outlook").values()][0];
  const next = outlook ? upcoming(house, outlook, outlookNowS(outlook)).slice(0, 4) : [];
  if (!plan) return html`<section class="card"><h2>${say("plan.now")}</h2><p class="soft">${say("plan.waiting")}</p></section>`;
  return html`<section class="card"><h2>${say(plan.mode === "drive" ? "plan.now" : "plan.would")}</h2>
    ${plan.actions.length === 0 && html`<p class="soft">${say("plan.nothing")}</p>`}
    <ul class="list">${plan.actions.slice(0, 4).map((action) => html`<li><div class="between"><span>${actionLine(house, action)}</span>
      <${Why} text=${whyOf(action)} about=${actionLine(house, action)} end /></div></li>`)}</ul>
    ${next.length > 0 && html`<h3 class="soft" style=${{ margin: "14px 0 2px" }}>${say("plan.next")}</h3>
      <ul class="list">${next.map((one) => html`<li><div class="between"><span>${one.name} <span class="soft">${one.text}</span></span><span class="number">${one.when}</span></div></li>`)}</ul>`}
  </section>`;
}
