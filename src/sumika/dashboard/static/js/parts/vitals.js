// Breath and heart of who is in a room: waves, rates with intervals, and "not measurable now" with the reason.
import { html, useEffect, useRef } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { useLive } from "../hooks.js";
import { nowMs, onMessage, watch } from "../live.js";
import { breathOf, estimate, everybody, PEOPLE_TOPICS } from "../people.js";
import { useSession } from "../session.js";
import { colour } from "../theme.js";
import { say } from "../words.js";
import { reasonShort, reasonText, Why } from "./why.js";

const SHOWN_S = 30;

/** The card. */
export function VitalsOf({ room }) {
  const { house, may } = useSession();
  useLive([...PEOPLE_TOPICS, `respiration/${room.id}`, `heart_rate/${room.id}`, `presence/${room.id}`], 2);
  if (!may("vitals") || !(house.radars ?? []).some((radar) => radar.room === room.id)) return null;
  const people = everybody().people.filter((track) => track.room === room.id && track.vitals);
  return html`<section class="card"><h2>${say("vitals.title")}</h2>
    ${people.length ? people.map((track) => html`<${OnePerson} key=${track.id} track=${track} many=${people.length > 1} />`) : html`<${WholeRoom} room=${room} />`}
    <p class="soft small" style=${{ marginTop: "12px" }}>${say("vitals.note")}</p></section>`;
}

function OnePerson({ track, many }) {
  const { heart } = track.vitals;
  return html`<div data-vitals=${track.id}>
    ${many && html`<h3 style=${{ margin: "10px 0" }}>${say("vitals.person", { n: track.id })}</h3>`}
    <${Wave} topic="person_vitals" of=${(message) => message.track === track.id} value=${(message) => message.displacement_mm} beats />
    <div class="grid" style=${{ marginTop: "12px" }}>
      <${Rate} what="breath" unit=${say("unit.breaths")} rate=${breathOf(track)} digits="1" />
      <${Rate} what="heart" unit=${say("unit.beats")} rate=${heart} digits="0" />
    </div></div>`;
}

function WholeRoom({ room }) {
  const breath = estimate("respiration", room.id), heart = estimate("heart_rate", room.id);
  const told = estimate("presence", room.id);
  if (!breath && !heart) return html`<p class="soft">${say(told && told.probability !== null && told.probability < 0.5 ? "reason.no_person.long" : "vitals.nothing")}</p>`;
  const rate = (message) => message && { ...message, value_bpm: message.rate_bpm };
  return html`<${Wave} topic="chest_motion" of=${(message) => message.room === room.id} value=${(message) => message.displacement_mm} />
    <div class="grid" style=${{ marginTop: "12px" }}>
      <${Rate} what="breath" unit=${say("unit.breaths")} rate=${rate(breath)} digits="1" />
      <${Rate} what="heart" unit=${say("unit.beats")} rate=${rate(heart)} digits="0" />
    </div>`;
}

/** A rate with its interval, or why there is none. */
function Rate({ what, unit, rate, digits }) {
  const name = say(`vitals.${what}`);
  if (!rate) return html`<div class="value" data-rate=${what}><b>–</b><span>${name}</span></div>`;
  if (!rate.valid) {
    return html`<div class="value" data-rate=${what} data-reason=${rate.reason}><b style=${{ fontSize: "1.1rem" }}>${say("vitals.not_now", { why: reasonShort(rate.reason) })}</b>
      <span>${name} <${Why} text=${reasonText(rate.reason)} about=${name} /></span></div>`;
  }
  const low = rate.low_bpm ?? rate.value_bpm - 1.96 * rate.sigma_bpm, high = rate.high_bpm ?? rate.value_bpm + 1.96 * rate.sigma_bpm;
  const known = Number.isFinite(low) && Number.isFinite(high);
  return html`<div class="value" data-rate=${what} data-value=${rate.value_bpm}><b>${number(rate.value_bpm, Number(digits))}<small>${unit}</small></b>
    <span>${name}${known ? `${say("list.dot")}${say("vitals.interval", { low: number(low, Number(digits)), high: number(high, Number(digits)) })}` : ""}</span></div>`;
}

/** The chest's movement of the last half minute, drawn as it comes; heartbeats as ticks. */
function Wave({ topic, of, value, beats }) {
  const canvas = useRef(null);
  useEffect(() => {
    const samples = [], marks = [];
    let due = 0;
    const stop = watch([topic]);
    const hang = onMessage(topic, (_, message) => {
      if (!of(message)) return;
      const s = message.stamp[1] / 1e9;
      samples.push([s, value(message)]);
      for (const beat of (beats && message.beats) || []) marks.push(s + beat.time_s);
      while (samples.length && samples[0][0] < s - SHOWN_S) samples.shift();
      while (marks.length && marks[0] < s - SHOWN_S) marks.shift();
      canvas.current?.setAttribute("data-samples", samples.length);
      due ||= requestAnimationFrame(() => {
        due = 0;
        if (canvas.current) draw(canvas.current, samples, marks);
      });
    });
    return () => {
      stop();
      hang();
      cancelAnimationFrame(due);
    };
  }, [topic]);
  return html`<canvas class="wave" ref=${canvas} role="img" aria-label=${say("vitals.wave")} data-samples="0"></canvas>`;
}

function draw(canvas, samples, marks) {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== width * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const end = Math.max(samples.at(-1)?.[0] ?? 0, nowMs() / 1000 - 2);
  const known = samples.map(([, mm]) => mm).filter((mm) => typeof mm === "number");
  const most = Math.max(1, ...known.map(Math.abs)) * 1.15;
  const x = (s) => width - ((end - s) / SHOWN_S) * width, y = (mm) => height / 2 - (mm / most) * (height / 2);
  pen.strokeStyle = colour("line");
  pen.beginPath();
  pen.moveTo(0, height / 2);
  pen.lineTo(width, height / 2);
  pen.stroke();
  pen.strokeStyle = colour("accent");
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  pen.beginPath();
  let isDown = false;
  for (const [s, mm] of samples) {
    // Where the chest cannot be told the line is broken, never bridged.
    if (typeof mm !== "number") isDown = false;
    else {
      pen[isDown ? "lineTo" : "moveTo"](x(s), y(mm));
      isDown = true;
    }
  }
  pen.stroke();
  pen.strokeStyle = colour("bad");
  pen.lineWidth = 1.5;
  for (const s of marks) {
    pen.beginPath();
    pen.moveTo(x(s), height - 14);
    pen.lineTo(x(s), height - 4);
    pen.stroke();
  }
  pen.fillStyle = colour("soft");
  pen.font = "11px system-ui";
  pen.fillText(`± ${number(most, 1)} mm`, 8, 15);
}
