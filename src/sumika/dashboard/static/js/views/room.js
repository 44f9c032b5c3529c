// One room: points and people in space, breath and heart with what is not known of them, air, light, noise, the past.
import { html, useEffect } from "../../vendor/preact-htm.js";
import { airOf, warmthOf } from "../climate.js";
import { celsius, number, percent } from "../format.js";
import { roomName, sensorsOf } from "../house_model.js";
import { useLive } from "../hooks.js";
import { everybody, presence } from "../people.js";
import { ComfortWish, Votes } from "../parts/comfort.js";
import { DeviceControls } from "../parts/device_controls.js";
import { KnownOf } from "../parts/known.js";
import { PastPlot } from "../parts/past_plot.js";
import { RoomSpace } from "../parts/room_space.js";
import { VitalsOf } from "../parts/vitals.js";
import { reasonText, Why } from "../parts/why.js";
import { go } from "../routes.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const AIR = [
  ["temperature_c", (v) => number(v, 1), "°C"], ["relative_humidity", (v) => number(v * 100), "%"], ["co2_ppm", (v) => number(v), "ppm"],
  ["pm2_5_ug_m3", (v) => number(v, 1), "µg/m³"], ["voc_ug_m3", (v) => number(v), "µg/m³"], ["illuminance_lux", (v) => number(v), "lx"], ["sound_dba", (v) => number(v), "dB"],
];

/** The view. */
export function View({ here }) {
  const { house, may } = useSession();
  const watched = house.rooms.find((room) => (house.radars ?? []).some((radar) => radar.room === room.id)) ?? house.rooms[0];
  const room = house.roomOf.get(here.parts[0]) ?? watched;
  useEffect(() => {
    if (here.parts[0] !== room.id) history.replaceState(null, "", `#/room/${room.id}`);
  }, [room.id]);
  return html`<div class="head"><h1>${roomName(house, room.id)}</h1>
      <label class="end"><span class="unseen">${say("room.choose")}</span>
        <select value=${room.id} onChange=${(event) => go("room", event.target.value)}>
          ${house.rooms.map((one) => html`<option value=${one.id}>${roomName(house, one.id)}</option>`)}</select></label></div>
    <div class="two" key=${room.id}>
      <div class="stack">
        ${(house.radars ?? []).some((radar) => radar.room === room.id) && html`<section class="card"><h2>${say("room.space")}</h2><${RoomSpace} house=${house} room=${room} /></section>`}
        <${VitalsOf} room=${room} />
        <${PastPlot} house=${house} room=${room} />
      </div>
      <div class="stack">
        <${There} room=${room} />
        <${KnownOf} room=${room} />
        <${Air} room=${room} />
        ${may("wish") && html`<section class="card"><h2>${say("comfort")}</h2><${ComfortWish} room=${room.id} /><h3 style=${{ margin: "18px 0 8px" }}>${say("vote")}</h3><${Votes} room=${room.id} /></section>`}
        <${DeviceControls} room=${room} />
      </div>
    </div>`;
}

/** Whether somebody is there: a probability, with its reason. */
function There({ room }) {
  const { house } = useSession();
  useLive(["presence", "tracks/house"], 2);
  if (!(house.radars ?? []).some((radar) => radar.room === room.id)) return html`<section class="card"><h2>${say("room.who")}</h2><p class="soft">${say("room.no_radar")}</p></section>`;
  const { probability, reason, moving } = presence(room.id);
  const people = everybody().people.filter((track) => track.room === room.id).length;
  return html`<section class="card"><div class="between"><h2>${say("room.who")}</h2><${Why} text=${reasonText(reason) || say("room.unknown.long")} about=${say("room.who")} end /></div>
    <div class="value"><b data-probability=${probability ?? ""}>${probability === null ? say("room.unknown") : percent(probability)}</b>
    <span>${[people ? say("room.people", { count: people }) : "", probability === null ? "" : say(probability >= 0.5 ? "room.probably" : "room.probably.not"), moving ? say("room.moving") : ""].filter(Boolean).join(say("list.dot"))}</span></div></section>`;
}

function Air({ room }) {
  const { house } = useSession();
  useLive(["air", "outlook"], 1);
  const air = airOf(room.id);
  const warmth = warmthOf(room.id);
  const shown = AIR.filter(([field]) => air[field] !== undefined);
  return html`<section class="card"><h2>${say("room.air")}</h2>
    ${!shown.length && html`<p class="soft">${say(sensorsOf(house, room.id).length ? "room.sensor_silent.long" : "room.no_sensor.long")}</p>`}
    <div class="grid" style=${{ gridTemplateColumns: "repeat(auto-fill, minmax(112px, 1fr))" }}>
      ${shown.map(([field, shape, unit]) => html`<div class="value" data-air=${field}><b>${shape(air[field])}<small>${unit}</small></b><span>${say(`signal.air.${field}`)}</span></div>`)}
    </div>
    ${warmth.low !== null && warmth.high !== null && html`<p class="soft small" style=${{ marginTop: "12px" }}>${say("room.band", { low: celsius(warmth.low), high: celsius(warmth.high) })}</p>`}
    ${air.window_open > 0 && html`<p class="soft small">${say("room.window_open")}</p>`}
  </section>`;
}
