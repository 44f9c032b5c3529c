// The past of one signal, from minutes to years: mean with least and greatest. uPlot is loaded when it is first wanted.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { clock, day, moment, number, zoneKept } from "../format.js";
import { useAsked, useEvery, useWidth } from "../hooks.js";
import { nowMs } from "../live.js";
import { sensorsOf } from "../house_model.js";
import { get, withQuery } from "../server.js";
import { colour } from "../theme.js";
import { has, say } from "../words.js";

const SPANS_S = { minutes: 600, hour: 3600, day: 86400, week: 604800, month: 2629800, year: 31557600, all: 315576000 };
const POINTS = 800, DAY_S = 86400;
let library = null;

/** uPlot, loaded once. */
function loadLibrary() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("../../vendor/uPlot.iife.min.js", import.meta.url);
    script.onload = () => done(globalThis.uPlot);
    script.onerror = () => failed(new Error("uPlot"));
    document.head.append(script);
  });
  return library;
}

/** The card: which signal of a room, and how far back. */
export function PastPlot({ house, room }) {
  const signals = useAsked(() => get("api/signals"), [room.id]);
  const subjects = new Set([room.id, ...sensorsOf(house, room.id).map((sensor) => sensor.id)]);
  const here = distinct((signals.value?.signals ?? []).filter((one) => subjects.has(one.subject)));
  const [chosen, choose] = useState("");
  const [span, reach] = useState("hour");
  const signal = here.find((one) => idOf(one) === chosen) ?? here.find((one) => one.signal === "air.temperature_c") ?? here[0];
  return html`<section class="card"><div class="row apart" style=${{ marginBottom: "12px" }}><h2>${say("past.title")}</h2>
      ${here.length > 0 && html`<label><span class="unseen">${say("past.signal")}</span><select value=${signal ? idOf(signal) : ""} onChange=${(event) => choose(event.target.value)}>
        ${here.map((one) => html`<option value=${idOf(one)}>${signalName(one)}</option>`)}</select></label>`}</div>
    <div class="choices" role="group" aria-label=${say("past.span")}>${Object.keys(SPANS_S).map((one) => html`<button type="button" aria-pressed=${one === span} onClick=${() => reach(one)}>${say(`past.${one}`)}</button>`)}</div>
    ${signal ? html`<${SignalPlot} key=${`${idOf(signal)} ${span}`} signal=${signal} seconds=${SPANS_S[span]} />` : html`<p class="soft" style=${{ marginTop: "12px" }}>${say(signals.busy ? "past.asking" : "past.nothing")}</p>`}
  </section>`;
}

const idOf = (one) => `${one.subject} ${one.signal}`;
const distinct = (signals) => [...new Map(signals.map((one) => [idOf(one), one])).values()];

/** A signal's name for people. */
export function signalName(one) {
  const key = `signal.${one.signal}`;
  return has(key) ? say(key) : `${one.subject} ${one.signal}`;
}

/** One signal of the last so many seconds. */
export function SignalPlot({ signal, seconds }) {
  const ask = () => {
    const to = nowMs() / 1000;
    return get(withQuery("api/history", { subject: signal.subject, signal: signal.signal, from: to - seconds, to, points: POINTS }));
  };
  const asked = useAsked(ask, [signal.subject, signal.signal, seconds]);
  useEvery(Math.max(10, seconds / 360), asked.reload);
  if (asked.problem) return html`<p class="problem" role="alert">${asked.problem.message}</p>`;
  if (!asked.value) return html`<p class="soft" aria-busy="true">${say("past.asking")}</p>`;
  if (!asked.value.t.length) return html`<p class="soft" style=${{ marginTop: "12px" }} data-points="0">${say("past.nothing")}</p>`;
  return html`<${Plot} told=${asked.value} name=${signalName(signal)} />`;
}

function Plot({ told, name }) {
  const [holder, width] = useWidth();
  const plot = useRef(null);
  useEffect(() => {
    let wanted = true;
    if (!width) return undefined;
    loadLibrary().then((UPlot) => {
      if (!wanted) return;
      plot.current?.destroy();
      plot.current = new UPlot(options(width, told, name), columns(told), holder.current);
    });
    return () => (wanted = false);
  }, [told, width]);
  useEffect(() => () => plot.current?.destroy(), []);
  const share = told.unit === "1";
  const last = told.mean.at(-1);
  const line = say("past.told", { name, last: `${number(share ? last * 100 : last, 1)} ${share ? "%" : told.unit}`, count: told.t.length });
  return html`<div class="plot" ref=${holder} role="img" aria-label=${line} data-points=${told.t.length} data-last=${last} style=${{ marginTop: "12px" }}></div>`;
}

/** Gaps in the past stay gaps: a null between two points that lie much further apart than points here do. */
function columns({ t, mean, min, max, step_s }) {
  const rows = [[], [], [], []];
  const apart = t.slice(1).map((at, n) => at - t[n]).sort((a, b) => a - b);
  const usual = Math.max(step_s, apart[Math.floor(apart.length / 2)] ?? 0);
  t.forEach((at, n) => {
    if (n && at - t[n - 1] > 3 * usual) [at - usual, null, null, null].forEach((value, c) => rows[c].push(value));
    [at, mean[n], min[n], max[n]].forEach((value, c) => rows[c].push(value));
  });
  return rows;
}

/** A date whose fields are those of the clocks at home: ticks stand at its midnights. */
function dateAtHome(unixS) {
  const date = new Date(unixS * 1000);
  return zoneKept() ? globalThis.uPlot.tzDate(date, zoneKept()) : date;
}

function options(width, told, name) {
  const line = colour("line"), soft = colour("soft"), accent = colour("accent");
  const isShare = told.unit === "1";
  const shown = (value) => (value === null || value === undefined ? "–" : isShare ? `${number(value * 100)} %` : `${number(value, 1)} ${told.unit}`);
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "11px system-ui" };
  return {
    width, height: 240, tzDate: dateAtHome, cursor: { drag: { x: true, y: false } },
    axes: [{ ...axis, space: 70, values: (_, ticks, __, ___, step) => ticks.map((tick) => (step >= DAY_S ? day(tick) : clock(tick))) }, { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => (isShare ? `${number(tick * 100)} %` : number(tick, tick % 1 ? 1 : 0))) }],
    series: [
      { label: say("past.time"), value: (_, value) => (value ? moment(value) : "–") },
      { label: name, stroke: accent, width: 1.8, value: (_, value) => shown(value), points: { show: false } },
      { label: say("past.least"), stroke: "transparent", value: (_, value) => shown(value), points: { show: false } },
      { label: say("past.greatest"), stroke: "transparent", value: (_, value) => shown(value), points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: `${accent}33` }],
  };
}
