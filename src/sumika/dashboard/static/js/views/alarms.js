// Alarms and faults: what is open, what was, where radars cannot see, and a test. Never "fall", always "suspected fall".
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { moment, stampS } from "../format.js";
import { roomName, storeys } from "../house_model.js";
import { useAsked, useEvery, useLive } from "../hooks.js";
import { newest, onMessage } from "../live.js";
import { useAct } from "../parts/act.js";
import { FloorPlan, corners } from "../parts/floor_plan.js";
import { fallsNow } from "../parts/fall_notice.js";
import { get, post, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";

const DAYS = 7;

/** The view. */
export function View() {
  const { house } = useSession();
  const live = useLive(["suspected_fall", "event"], 2);
  const past = useAsked(() => get(withQuery("api/events", { from: Math.round(Date.now() / 1000) - DAYS * 86400, most: 300 })), []);
  useEffect(() => onMessage("event", () => setTimeout(past.reload, 400)), []);
  const falls = fallsNow(live);
  return html`<div class="head"><h1>${say("view.alarms")}</h1></div>
    <div class="two">
      <div class="stack">
        <${Staged} />
        <section class="card" data-falls=${falls.length}><h2>${say("alarms.falls")}</h2><p class=${falls.length ? "" : "soft"}>${falls.length ? say("alarms.falls.some") : say("alarms.falls.none")}</p></section>
        <${Events} house=${house} events=${past.value?.events ?? []} problem=${past.problem} />
      </div>
      <div class="stack"><${BlindZones} house=${house} /></div>
    </div>`;
}

/** Staged alarms: where the house runs that part. */
function Staged() {
  const asked = useAsked(() => get("api/alarms"), []);
  useEvery(3, asked.reload);
  const { house, may } = useSession();
  const [act, told, busy] = useAct();
  if (asked.problem?.status === 404 || (!asked.value && asked.problem)) return html`<section class="card"><h2>${say("alarms.staged")}</h2><p class="soft">${say("alarms.staged.none")}</p></section>`;
  const alarms = asked.value?.alarms ?? [];
  const does = async (id, what) => {
    await act(() => post(`api/alarms/${encodeURIComponent(id)}/${what}`));
    asked.reload();
  };
  return html`<section class="card"><div class="row apart"><h2>${say("alarms.staged")}</h2>
      ${may("control") && html`<button type="button" class="button tiny" disabled=${busy} onClick=${() => act(() => post("api/alarms/test"), say("alarms.test.done")).then(asked.reload)}>${say("alarms.test")}</button>`}</div>${told}
    ${!alarms.length && html`<p class="soft">${say("alarms.none")}</p>`}
    <ul class="list">${alarms.map((alarm) => html`<li data-alarm=${alarm.id}><div class="between"><b>${roomName(house, alarm.room ?? "")} ${has(`alarm.${alarm.kind}`) ? say(`alarm.${alarm.kind}`) : alarm.kind}</b><span class="tag bad">${has(`stage.${alarm.stage}`) ? say(`stage.${alarm.stage}`) : alarm.stage}</span></div>
      ${!alarm.acknowledged && html`<div class="row"><button type="button" class="button main tiny" disabled=${busy} onClick=${() => does(alarm.id, "acknowledge")}>${say("alarms.acknowledge")}</button>
        <button type="button" class="button tiny" disabled=${busy} onClick=${() => does(alarm.id, "cancel")}>${say("alarms.cancel")}</button></div>`}</li>`)}</ul></section>`;
}

/** An event as a sentence. */
export function eventLine(house, event) {
  const key = `event.${event.code}${event.recovered && has(`event.${event.code}.recovered`) ? ".recovered" : ""}`;
  const subject = house.roomOf.has(event.subject) ? roomName(house, event.subject) : event.subject;
  return has(key) ? say(key, { subject, detail: event.detail }) : `${subject}: ${event.code}`;
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
      <span class="small soft"><span class=${`tag ${event.recovered ? "good" : event.severity === "alarm" ? "bad" : event.severity === "warning" ? "care" : ""}`}>${event.recovered ? say("events.over") : say(`severity.${event.severity}`)}</span> ${event.detail}</span></li>`)}</ul></section>`;
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
