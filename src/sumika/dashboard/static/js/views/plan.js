// The next two days: what power costs, the weather, who is expected, how warm rooms become, what devices do, and what that
// saves. A wish is dragged on a room's chart, and its cost is told at once.
import { html, useState } from "../../vendor/preact-htm.js";
import { celsius, clock, money, number, percent } from "../format.js";
import { deviceName, roomName } from "../house_model.js";
import { useAsked, useLive, useWidth } from "../hooks.js";
import { areaPath, Bars, Chart, endOf, linePath, range, scales } from "../parts/chart.js";
import { ModeSwitch } from "../parts/mode_switch.js";
import { Suggestions } from "../parts/suggestions.js";
import { RoomFan } from "../parts/room_fan.js";
import { Why } from "../parts/why.js";
import { savedSince } from "../savings.js";
import { get, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { has, inLanguage, say } from "../words.js";
import { NowNext } from "./today.js";

/** The view. */
export function View() {
  const { house } = useSession();
  const live = useLive(["outlook", "plan", "mode", "comfort_wish"], 1);
  const outlook = [...live("outlook").values()][0];
  const plan = [...live("plan").values()].sort((a, b) => b.stamp[1] - a.stamp[1])[0];
  const [holder, width] = useWidth();
  return html`<div class="head"><h1>${say("view.plan")}</h1>${outlook && html`<p>${say("plan.made", { time: clock(outlook.begins_unix_s[0], outlook.zone) })}</p>`}</div>
    <div class="two">
      <div class="stack" ref=${holder}>
        ${!outlook && html`<section class="card"><p class="soft">${say("plan.waiting.long")}</p></section>`}
        ${outlook && width > 0 && html`<${Charts} outlook=${outlook} house=${house} width=${width - 50} />`}
      </div>
      <div class="stack">
        <${Cost} plan=${plan} outlook=${outlook} />
        <${Suggestions} />
        <${NowNext} live=${live} />
        <section class="card"><h2>${say("mode")}</h2><${ModeSwitch} /></section>
      </div>
    </div>`;
}

function Charts({ outlook, house, width }) {
  const rooms = outlook.rooms.filter((room) => house.roomOf.has(room.room));
  const conditioned = new Set(house.devices.map((device) => device.room));
  const wanted = rooms.filter((room) => conditioned.has(room.room));
  const [chosen, choose] = useState(wanted[0]?.room ?? rooms[0]?.room);
  const room = rooms.find((one) => one.room === chosen) ?? rooms[0];
  return html`
    ${room && html`<section class="card"><div class="row apart" style=${{ marginBottom: "8px" }}><h2>${say("plan.warmth")}</h2>
      <label><span class="unseen">${say("room.choose")}</span><select value=${room.room} onChange=${(event) => choose(event.target.value)}>
        ${rooms.map((one) => html`<option value=${one.room}>${roomName(house, one.room)}</option>`)}</select></label></div>
      <${RoomFan} key=${room.room} outlook=${outlook} room=${room} width=${width} /></section>`}
    <section class="card"><h2>${say("plan.price")}</h2><${Price} outlook=${outlook} width=${width} /></section>
    <section class="card"><h2>${say("plan.devices")}</h2><${Lanes} outlook=${outlook} house=${house} /></section>
    <section class="card"><h2>${say("plan.weather")}</h2><${Weather} outlook=${outlook} width=${width} /></section>
    <section class="card"><h2>${say("plan.people")}</h2><${People} outlook=${outlook} width=${width} /></section>`;
}

function Price({ outlook, width }) {
  const values = outlook.price_per_kwh;
  if (!values.length) return html`<p class="soft">${say("plan.price.none")}</p>`;
  const least = Math.min(...values), most = Math.max(...values);
  const scale = scales(outlook, width, 150, Math.min(0, least), most * 1.08 || 1);
  const place = (value) => (most > least ? (value - least) / (most - least) : 0.5);
  const shade = (value) => (place(value) < 0.3 ? "bar-cheap" : place(value) > 0.7 ? "bar-dear" : "bar-mid");
  const label = say("plan.price.told", { low: money(least, outlook.currency), high: money(most, outlook.currency) });
  return html`<${Chart} outlook=${outlook} scale=${scale} label=${label} digits=${outlook.currency === "JPY" ? 0 : 2}><${Bars} ...${{ outlook, values, scale, shade }} /><//><p class="soft small">${label}</p>`;
}

function Weather({ outlook, width }) {
  const { outdoor_c: air, outdoor_sigma_k: sigma, sun_w_m2: sun } = outlook;
  if (!air.length) return html`<p class="soft">${say("plan.weather.none")}</p>`;
  const lows = air.map((value, n) => value - 2 * (sigma[n] ?? 0)), highs = air.map((value, n) => value + 2 * (sigma[n] ?? 0));
  const [low, high] = range([...lows, ...highs], 6);
  const scale = scales(outlook, width, 190, low, high);
  const sunny = scales(outlook, width, 190, 0, Math.max(400, ...sun) * 1.6);
  const label = say("plan.weather.told", { low: celsius(Math.min(...air), 0), high: celsius(Math.max(...air), 0) });
  return html`<${Chart} outlook=${outlook} scale=${scale} label=${label} unit="°">
    ${sun.length > 0 && html`<${Bars} outlook=${outlook} values=${sun} scale=${sunny} shade=${() => "sun"} />`}
    <path class="fan" d=${areaPath(outlook, lows, highs, scale)} /><path class="line" d=${linePath(outlook, air, scale)} /><//>
    <p class="soft small">${label}${say("plan.weather.sun")}</p>`;
}

function People({ outlook, width }) {
  const total = outlook.begins_unix_s.map((_, n) => outlook.rooms.reduce((sum, room) => sum + (room.people?.[n] ?? 0), 0));
  const scale = scales(outlook, width, 130, 0, Math.max(1, ...total) * 1.1);
  const label = say("plan.people.told", { most: number(Math.max(...total), 1), least: number(Math.min(...total), 1) });
  return html`<${Chart} outlook=${outlook} scale=${scale} label=${label} digits="1"><${Bars} outlook=${outlook} values=${total} scale=${scale} shade=${() => "people"} /><//><p class="soft small">${label}</p>`;
}

/** What each device is to do: the darker, the more. */
function Lanes({ outlook, house }) {
  const begins = outlook.begins_unix_s[0], long = outlook.ends_unix_s - begins;
  const busy = outlook.devices.filter((lane) => lane.value.some((value) => Math.abs(value) > 1e-3));
  if (!busy.length) return html`<p class="soft">${say("plan.devices.none")}</p>`;
  return html`${busy.map((lane) => {
    const most = Math.max(...lane.value.map(Math.abs));
    const warmth = lane.what.startsWith("heat") ? "lane warm" : lane.what.startsWith("cool") ? "lane cold" : "lane";
    const name = has(`what.${lane.what}.name`) ? say(`what.${lane.what}.name`) : lane.what;
    const share = lane.value.filter((value) => Math.abs(value) > 0.05 * most).length / lane.value.length;
    const label = say("plan.lane", { device: deviceName(house, lane.device), what: name, share: percent(share), most: number(most, 1) });
    return html`<div class=${warmth}><span>${deviceName(house, lane.device)}<br /><span class="soft small">${name}</span></span>
      <svg viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${lane.value.map((value, step) => Math.abs(value) > 1e-3 && html`<rect x=${((outlook.begins_unix_s[step] - begins) / long) * 1000} y="0" height="26"
          width=${((endOf(outlook, step) - outlook.begins_unix_s[step]) / long) * 1000 + 0.4} opacity=${0.15 + 0.8 * Math.min(1, Math.abs(value) / most)} />`)}</svg></div>`;
  })}`;
}

/** What the plan saves, ahead and so far; in shadow, what it would have. */
function Cost({ plan, outlook }) {
  const saved = useAsked(() => get(withQuery("api/saved", { days: 30 })), []);
  const currency = outlook?.currency ?? plan?.currency ?? "JPY";
  const mine = outlook?.plan_cost ?? plan?.plan_cost, simple = outlook?.simple_cost ?? plan?.simple_cost;
  const isKnown = typeof mine === "number" && typeof simple === "number";
  const told = saved.value;
  const best = outlook?.best_simple || plan?.best_simple;
  return html`<section class="card"><div class="between"><h2>${say("plan.cost")}</h2><${Why} text=${say("plan.cost.why")} about=${say("plan.cost")} end /></div>
    ${isKnown && html`<div class="value" data-saves=${simple - mine}><b>${money(Math.abs(simple - mine), currency)}</b>
      <span>${say(simple >= mine ? "plan.cheaper" : "plan.dearer", { simple: has(`why.plan.simple.${best}`) ? say(`why.plan.simple.${best}`) : best })}</span></div>`}
    ${!isKnown && html`<p class="soft">${say("plan.cost.none")}</p>`}
    ${told?.saved !== null && told?.saved !== undefined && html`<div class="value" style=${{ marginTop: "16px" }}><b>${money(told.saved, told.currency)}${typeof told.sigma === "number" ? html`<small>± ${money(told.sigma, told.currency)}</small>` : ""}</b>
      <span>${say(told.mode && told.mode !== "drive" ? "plan.saved.would" : "plan.saved", { since: savedSince(told) })}</span></div>`}
    ${told?.spent !== null && told?.spent !== undefined && html`<p class="soft small" style=${{ marginTop: "10px" }}>${say("plan.spent", { money: money(told.spent, told.currency), kwh: number(told.energy_kwh, told.energy_kwh < 10 ? 1 : 0) })}</p>`}
    ${plan?.note && html`<p class="hint" style=${{ marginTop: "12px" }}>${inLanguage(plan.note, plan.note_ja)}</p>`}
    ${plan && ["policy", "rules", "fail_safe", "off"].includes(plan.level) && html`<p class="soft small" style=${{ marginTop: "10px" }}>${say(`level.${plan.level}`)}</p>`}
  </section>`;
}
