// A room's temperature of the next two days with what is not known of it, and a wish that is dragged on it.
import { html, useRef, useState } from "../../vendor/preact-htm.js";
import { celsius, signed } from "../format.js";
import { useLive } from "../hooks.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { areaPath, Chart, linePath, range, scales } from "./chart.js";
import { useWhatIf, WhatIfLine } from "./comfort.js";

const HEIGHT = 240, MOST_K = 3, STEP_K = 0.5, HOURS = 12;
const clamped = (value) => Math.max(-MOST_K, Math.min(MOST_K, Math.round(value / STEP_K) * STEP_K));

/** The chart with its grip. */
export function RoomFan({ outlook, room, width }) {
  const { may } = useSession();
  const live = useLive(["comfort_wish"], 2);
  const inForce = live("comfort_wish").get(room.room)?.offset_k ?? 0;
  const [wanted, want] = useState(null);
  const shown = wanted ?? inForce;
  const [act, told, busy] = useAct();
  const cost = useWhatIf(room.room, shown, HOURS, wanted !== null && wanted !== inForce);
  const { air_c: air, air_sigma_k: sigma = [], coolest_c: coolest = [], warmest_c: warmest = [] } = room;
  const lows = air.map((value, n) => value - 2 * (sigma[n] ?? 0)), highs = air.map((value, n) => value + 2 * (sigma[n] ?? 0));
  const [low, high] = range([...lows, ...highs, ...coolest, ...warmest, air[0] - MOST_K, air[0] + MOST_K], 8);
  const scale = scales(outlook, width, HEIGHT, low, high);
  const label = say("fan.told", { low: celsius(Math.min(...air)), high: celsius(Math.max(...air)) });
  const send = async (offset_k) => {
    const answer = await act(() => post("api/comfort", { room: room.room, offset_k: offset_k || null, hours: offset_k ? HOURS : null }), say("comfort.taken"));
    if (answer) want(null);
  };
  const wish = cost.answer?.temperature_c?.length ? cost.answer.temperature_c : null;
  return html`<div data-fan=${room.room} data-wanted=${shown}>
    <${Chart} outlook=${outlook} scale=${scale} label=${label} unit="°" ticks="4" role="group">
      <path class="band" d=${areaPath(outlook, coolest, warmest, scale)} />
      <path class="fan" d=${areaPath(outlook, lows, highs, scale)} />
      <path class="line" d=${linePath(outlook, air, scale)} />
      ${wish && html`<path class="wish" d=${linePath(outlook, wish, scale)} />`}
      ${may("wish") && html`<${Grip} scale=${scale} outlook=${outlook} from=${air[0]} offset=${shown} onTurn=${want} />`}
    <//>
    <p class="legend"><span><i class="i-there" aria-hidden="true"></i>${say("fan.fan")}</span><span><i class="i-right" aria-hidden="true"></i>${say("fan.band")}</span></p>
    ${may("wish") && html`<div class="row apart"><div><b class="number">${shown ? `${signed(shown)} °C` : say("comfort.usual")}</b> <span class="soft small">${say("fan.drag")}</span></div>
      <div class="row">${wanted !== null && wanted !== inForce && html`<button type="button" class="button" onClick=${() => want(null)}>${say("cancel")}</button>
        <button type="button" class="button main" disabled=${busy} onClick=${() => send(wanted)}>${wanted ? say("comfort.do", { hours: HOURS }) : say("comfort.back")}</button>`}
      ${wanted === null && inForce !== 0 && html`<button type="button" class="button" disabled=${busy} onClick=${() => send(0)}>${say("comfort.back")}</button>`}</div></div>`}
    <${WhatIfLine} told=${cost} />${told}
  </div>`;
}

/** The grip: dragged up and down, or moved by the arrow keys. */
function Grip({ scale, outlook, from, offset, onTurn }) {
  const grip = useRef(null);
  const at = outlook.begins_unix_s[0] + 6 * 3600;
  const drag = (event) => {
    if (!grip.current?.hasPointerCapture(event.pointerId)) return;
    const box = grip.current.ownerSVGElement.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    onTurn(clamped(scale.valueAt(y) - from));
  };
  const key = (event) => {
    const turn = { ArrowUp: STEP_K, ArrowRight: STEP_K, ArrowDown: -STEP_K, ArrowLeft: -STEP_K }[event.key];
    if (!turn) return;
    event.preventDefault();
    onTurn(clamped(offset + turn));
  };
  return html`<line class="wish" x1=${scale.x(outlook.begins_unix_s[0])} x2=${scale.x(outlook.begins_unix_s[0] + HOURS * 3600)} y1=${scale.y(from + offset)} y2=${scale.y(from + offset)} opacity="0.6" />
    <circle ref=${grip} class="grip" cx=${scale.x(at)} cy=${scale.y(from + offset)} r="12" tabindex="0" role="slider" aria-orientation="vertical"
      aria-label=${say("comfort")} aria-valuemin=${-MOST_K} aria-valuemax=${MOST_K} aria-valuenow=${offset} aria-valuetext=${offset ? `${signed(offset)} °C` : say("comfort.usual")}
      onPointerDown=${(event) => event.target.setPointerCapture(event.pointerId)} onPointerMove=${drag} onKeyDown=${key} />`;
}
