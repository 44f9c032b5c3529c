// The half minute before an alarm, played on the floor plan.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { number, stampS } from "../format.js";
import { useAsked } from "../hooks.js";
import { isOn } from "../house_model.js";
import { get } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { FloorPlan } from "./floor_plan.js";
import { PeopleLayer } from "./people_layer.js";
import { housePoints } from "./radar_points.js";

const STEP_S = 0.2;
const PICTURE_S = 0.5; // a radar that was silent for longer shows nothing

/** People at a moment: the newest tracks before it, each with the newest posture before it. */
export function peopleAt(told, unixS) {
  const tracks = told.tracks.filter((one) => stampS(one) <= unixS).at(-1);
  const posture = (id) => told.postures.filter((one) => one.track === id && stampS(one) <= unixS).at(-1) ?? null;
  return (tracks?.tracks ?? []).map((track) => ({ ...track, posture: posture(track.id), vitals: null }));
}

/** What radars saw at a moment: the newest picture of each before it, its points in house coordinates. */
export function pointsAt(told, unixS, radars) {
  const newest = new Map();
  for (const cloud of told.points ?? []) if (stampS(cloud) <= unixS && unixS - stampS(cloud) < PICTURE_S) newest.set(cloud.radar, cloud);
  return [...newest.values()].flatMap((cloud) => {
    const radar = radars.find((one) => one.id === cloud.radar);
    const rows = Uint8Array.from(atob(cloud.rows), (letter) => letter.charCodeAt(0));
    return radar ? housePoints({ ...cloud, rows }, radar) : [];
  });
}

/** The player. */
export function AlarmReplay({ alarm }) {
  const { house } = useSession();
  const asked = useAsked(() => get(`api/alarms/${encodeURIComponent(alarm.id)}/before`), [alarm.id]);
  const [at, move] = useState(0);
  const [plays, play] = useState(true);
  const told = asked.value;
  const long = told ? told.to_unix_s - told.from_unix_s : 0;
  useEffect(() => {
    if (!plays || !long) return undefined;
    const timer = setInterval(() => move((before) => (before + STEP_S > long ? 0 : before + STEP_S)), STEP_S * 1000);
    return () => clearInterval(timer);
  }, [plays, long]);
  if (asked.problem) return html`<p class="problem">${asked.problem.message}</p>`;
  if (!told) return html`<p class="soft">${say("past.asking")}</p>`;
  const storey = house.roomOf.get(alarm.room)?.storey ?? house.rooms[0].storey ?? 1;
  const people = peopleAt(told, told.from_unix_s + at).filter(isOn(house, storey));
  const points = pointsAt(told, told.from_unix_s + at, (house.radars ?? []).filter(isOn(house, storey)));
  return html`<div data-replay=${people.length} data-points=${points.length}><${FloorPlan} house=${house} storey=${storey} label=${say("alarms.before")}>
      ${({ x, y }) => html`${points.map((point) => html`<circle class="point" cx=${x(point.x).toFixed(2)} cy=${y(point.y).toFixed(2)} r="0.035" />`)}<${PeopleLayer} people=${people} others=${[]} ghosts=${[]} x=${x} y=${y} />`}<//>
    <div class="row" style=${{ flexWrap: "nowrap" }}><button type="button" class="button tiny" onClick=${() => play(!plays)}>${say(plays ? "alarms.stop" : "alarms.play")}</button>
      <input type="range" aria-label=${say("alarms.before")} min="0" max=${long} step=${STEP_S} value=${at} onInput=${(event) => (play(false), move(Number(event.target.value)))} /><span class="number small">${number(at - long, 1)} s</span></div></div>`;
}
