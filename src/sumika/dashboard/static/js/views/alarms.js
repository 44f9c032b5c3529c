// Alarms and faults: what is open, what was, where radars cannot see, and a test. Never "fall", always "suspected fall".
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { eventDetail, eventLine, isOpen } from "../alarms.js";
import { moment, stampS } from "../format.js";
import { roomName, storeys } from "../house_model.js";
import { useAsked, useLive } from "../hooks.js";
import { newest, nowMs, onMessage } from "../live.js";
import { useAct } from "../parts/act.js";
import { AlarmCard } from "../parts/alarm_card.js";
import { FloorPlan, corners } from "../parts/floor_plan.js";
import { fallsNow } from "../parts/fall_notice.js";
import { get, post, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const DAYS = 7;

/** The view. */
export function View() {
  const { house } = useSession();
  const live = useLive(["suspected_fall", "alarm", "event"], 2);
  const past = useAsked(() => get(withQuery("api/events", { from: Math.round(nowMs() / 1000) - DAYS * 86400, most: 300 })), []);
  useEffect(() => onMessage("event", () => setTimeout(past.reload, 400)), []);
  const falls = fallsNow();
  return html`<div class="head"><h1>${say("view.alarms")}</h1></div>
    <div class="two">
      <div class="stack">
        <${Staged} live=${live} />
        <section class="card" data-falls=${falls.length}><h2>${say("alarms.falls")}</h2><p class=${falls.length ? "" : "soft"}>${falls.length ? say("alarms.falls.some") : say("alarms.falls.none")}</p></section>
        <${Events} house=${house} events=${past.value?.events ?? []} problem=${past.problem} />
      </div>
      <div class="stack"><${BlindZones} house=${house} /></div>
    </div>`;
}

/** Staged alarms, as they stand now: told live, and asked for besides with those that are closed. */
function Staged({ live }) {
  const { house, may } = useSession();
  const asked = useAsked(() => get("api/alarms?closed=true"), []);
  const [act, told, busy] = useAct();
  const [room, choose] = useState("");
  const newer = new Map([...(asked.value?.alarms ?? []).map((alarm) => [alarm.id, alarm]), ...live("alarm")]);
  const alarms = [...newer.values()].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.since_unix_s - a.since_unix_s);
  if (!asked.value && !alarms.length) return html`<section class="card"><h2>${say("alarms.staged")}</h2><p class="soft">${say(asked.busy ? "past.asking" : "alarms.staged.none")}</p></section>`;
  const test = () => act(() => post("api/alarms/test", { cause: "suspected_fall", room }), say("alarms.test.done")).then(asked.reload);
  return html`<section class="card" data-open=${alarms.filter(isOpen).length}><h2>${say("alarms.staged")}</h2>
    ${!alarms.length && html`<p class="soft">${say("alarms.none")}</p>`}
    ${asked.value?.resting && html`<p class="hint">${say("alarms.resting")}</p>`}
    <ul class="list">${alarms.slice(0, 20).map((alarm) => html`<${AlarmCard} key=${alarm.id} alarm=${alarm} onChange=${asked.reload} />`)}</ul>
    ${asked.value && html`<p class="soft small">${asked.value.contacts?.length ? say("alarms.contacts", { names: asked.value.contacts.map(([, name, how]) => `${name} (${how})`).join(say("list.comma")) }) : say("alarms.contacts.none")} ${asked.value.dead_man}</p>`}
    ${may("falls") && html`<div class="row" style=${{ marginTop: "12px" }}><label><span class="unseen">${say("room.choose")}</span><select value=${room} onChange=${(event) => choose(event.target.value)}><option value="">${say("fall.somewhere")}</option>
      ${house.rooms.map((one) => html`<option value=${one.id}>${roomName(house, one.id)}</option>`)}</select></label>
      <button type="button" class="button tiny" disabled=${busy} onClick=${test}>${say("alarms.test")}</button></div>`}${told}</section>`;
}

export function Events({ house, events, problem }) {
  const [all, show] = useState(false);
  const fresh = [...newest("event").values()].filter((one) => !events.some((event) => event.stamp[1] === one.stamp[1] && event.code === one.code));
  const shown = [...fresh, ...events].filter((event) => all || event.severity !== "info").sort((a, b) => b.stamp[1] - a.stamp[1]).slice(0, 120);
  return html`<section class="card"><div class="row apart"><h2>${say("events.title")}</h2>
      <label class="tick"><input type="checkbox" checked=${all} onChange=${(event) => show(event.target.checked)} /><span>${say("events.all")}</span></label></div>
    ${problem && html`<p class="problem">${problem.message}</p>`}
    ${!shown.length && html`<p class="soft">${say("events.none")}</p>`}
    <ul class="list" data-events=${shown.length}>${shown.map((event) => html`<li><div class="between"><span>${eventLine(house, event)}</span><span class="soft small number">${moment(stampS(event))}</span></div>
      <span class="small soft"><span class=${`tag ${event.recovered ? "good" : event.severity === "alarm" ? "bad" : event.severity === "warning" ? "care" : ""}`}>${event.recovered ? say("events.over") : say(`severity.${event.severity}`)}</span> ${eventDetail(event)}</span></li>`)}</ul></section>`;
}

/** Where radars cannot see: nobody is found there, and no alarm comes from there. */
function BlindZones({ house }) {
  const views = house.told && house.view?.radars ? house.view.radars : [];
  const names = new Map(views.map((view) => [view.room, view]));
  const unwatched = house.rooms.filter((room) => !names.has(room.id));
  return html`<section class="card"><h2>${say("alarms.blind")}</h2><p class="soft small">${say("alarms.blind.long")}</p>
    ${storeys(house).map((storey) => html`<${FloorPlan} house=${house} storey=${storey} label=${say("alarms.blind")} under=${({ x, y }) => html`
      ${views.filter((view) => (house.roomOf.get(view.room)?.storey ?? 1) === storey).map((view) => html`<polygon class="seen" points=${corners(view.seen_m, x, y)} />${view.blind_m.map((outline) => html`<polygon class="blind" points=${corners(outline, x, y)} />`)}`)}
      ${unwatched.filter((room) => (room.storey ?? 1) === storey).map((room) => html`<polygon class="blind" points=${corners(room.floor_m, x, y)} />`)}`} />`)}
    <ul class="list">${views.map((view) => html`<li><div class="between"><span>${roomName(house, view.room)}</span><span class="number">${say("alarms.seen", { share: `${Math.round(view.seen_share * 100)} %` })}</span></div></li>`)}
      ${unwatched.length > 0 && html`<li><span class="soft">${say("alarms.unwatched", { rooms: unwatched.map((room) => roomName(house, room.id)).join(say("list.comma")) })}</span></li>`}</ul></section>`;
}
