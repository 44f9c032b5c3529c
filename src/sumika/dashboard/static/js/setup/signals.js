// Each sensor's raw signal, as it comes: for who wants to know whether a cable is in.
import { html } from "../../vendor/preact-htm.js";
import { duration, number } from "../format.js";
import { roomName } from "../house_model.js";
import { useLive } from "../hooks.js";
import { ageS } from "../live.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";
import { reasonText } from "../parts/why.js";

const AIR_FIELDS = ["temperature_c", "relative_humidity", "co2_ppm", "voc_ug_m3", "pm2_5_ug_m3", "illuminance_lux", "sound_dba", "co_ppm"];

/** The step of set-up. */
export function RawSignals() {
  const { house } = useSession();
  const live = useLive(["points", "slow_time", "air", "meter", "weather"], 3);
  const radars = house.radars ?? [], sensors = house.sensors ?? [];
  return html`<section class="card"><h2>${say("signals.radars")}</h2>${!radars.length && html`<p class="soft">${say("signals.no_radars")}</p>`}<ul class="list">${radars.map((radar) => html`<${Radar} house=${house} radar=${radar} cloud=${live("points").get(radar.id)} slow=${live("slow_time").get(radar.id)} />`)}</ul></section>
    <section class="card"><h2>${say("signals.sensors")}</h2>${!sensors.length && html`<p class="soft">${say("signals.no_sensors")}</p>`}<ul class="list">${sensors.map((sensor) => html`<${Sensor} house=${house} sensor=${sensor} sample=${live("air").get(sensor.id)} />`)}</ul></section>
    <section class="card"><h2>${say("signals.others")}</h2><ul class="list">${[...live("meter"), ...live("weather")].map(([key, message]) => html`<li><div class="between"><b>${key}</b><${Age} message=${message} /></div><span class="soft small number">${Object.entries(message).filter(([, value]) => typeof value === "number").map(([name, value]) => `${fieldName(name)} ${number(value, 1)}`).join(" · ")}</span></li>`)}</ul></section>`;
}

// A quantity is called the same wherever it is measured; what has no name is called as the sensor calls it.
const fieldName = (name) => [`signals.${name}`, `signal.air.${name}`].filter(has).map((key) => say(key))[0] ?? name;

function Age({ message }) {
  if (!message) return html`<span class="tag care">${say("signals.silent")}</span>`;
  const age = Math.max(0, ageS(message));
  return html`<span class=${`tag ${age < 60 ? "good" : "care"}`}>${say("health.ago", { ago: duration(age) })}</span>`;
}

/** A radar: frames a second, points, and echo by distance. */
function Radar({ house, radar, cloud, slow }) {
  const rate = cloud?.frame_interval_s ? 1 / cloud.frame_interval_s : null;
  const facts = [roomName(house, radar.room), radar.model, rate && `${number(rate, 1)} Hz`, cloud && say("signals.points", { count: cloud.count }), cloud && say("signals.frame", { index: cloud.index })];
  return html`<li data-raw=${radar.id} data-frame=${cloud?.index ?? ""}><div class="between"><b>${radar.id}</b><${Age} message=${cloud ?? slow} /></div><span class="soft small">${facts.filter(Boolean).join(" · ")}</span>
    ${cloud && !cloud.usable && html`<span class="problem">${reasonText(cloud.reason)}</span>`}</li>`;
}

function Sensor({ house, sensor, sample }) {
  const told = AIR_FIELDS.filter((field) => typeof sample?.[field] === "number").map((field) => `${has(`signal.air.${field}`) ? say(`signal.air.${field}`) : field} ${number(sample[field], field === "co2_ppm" ? 0 : 2)}`);
  return html`<li data-raw=${sensor.id}><div class="between"><b>${sensor.id}</b><${Age} message=${sample} /></div><span class="soft small number">${[roomName(house, sensor.room), ...told].join(" · ")}</span></li>`;
}
