// Devices: those of the house, ways to reach real ones, and a look for what is there.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { moment } from "../format.js";
import { deviceName, roomName } from "../house_model.js";
import { useAsked } from "../hooks.js";
import { useAct } from "../parts/act.js";
import { get, post } from "../server.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";
import { freeId } from "./draft.js";

const KINDS = ["room_air_conditioner", "whole_house_air_conditioner", "floor_heating", "heat_pump_water_heater", "balanced_ventilation", "exhaust_fan", "humidifier", "dehumidifier", "air_purifier", "blind", "window_opener", "light", "pv", "battery", "ev_charger", "boiler", "radiator", "tv", "appliance"];
const TYPES = { home_assistant: "ws://homeassistant.local:8123/api/websocket", mqtt: "localhost:1883", echonet_lite: "0.0.0.0", esphome: "sensor.local:6053", modbus: "192.168.1.20:502", ocpp: "0.0.0.0:9000" };
const LONGEST_NAME = 64;
const isPlain = (name) => /^[ -~]+$/.test(name);

/** The step of set-up. */
export function DevicesAndScan({ draft, change, preview }) {
  return html`<div class="two"><div class="stack"><${Devices} ...${{ draft, change, preview }} /></div><div class="stack"><${Connections} ...${{ draft, change }} /><${Scan} ...${{ draft, change }} /></div></div>`;
}

function Devices({ draft, change, preview }) {
  const set = (id, what) => change({ devices: draft.devices.map((one) => (one.id === id ? { ...one, ...what } : one)) });
  const add = () => change({ devices: [...draft.devices, { id: freeId(draft.devices, "device"), room: draft.rooms[0].id, kind: "light" }] });
  return html`<section class="card"><div class="row apart"><h2>${say("devices.title")}</h2><button type="button" class="button tiny" onClick=${add}>${say("devices.add")}</button></div>
    <ul class="list">${draft.devices.map((device) => html`<li data-device=${device.id}><details><summary>${deviceName(preview, device.id)} <span class="soft small">${device.id}</span></summary>
      <div class="grid" style=${{ marginTop: "10px" }}><label class="field"><span>${say("rooms.name")}</span><input value=${device.name ?? ""} maxlength=${LONGEST_NAME} onChange=${(event) => set(device.id, { name: event.target.value.trim() })} /></label>
        <label class="field"><span>${say("devices.kind")}</span><select value=${device.kind} onChange=${(event) => set(device.id, { kind: event.target.value })}>${[...new Set([...KINDS, device.kind])].map((kind) => html`<option value=${kind}>${has(`kind.${kind}`) ? say(`kind.${kind}`) : kind}</option>`)}</select></label>
        <label class="field"><span>${say("radars.room")}</span><select value=${device.room} onChange=${(event) => set(device.id, { room: event.target.value })}>${draft.rooms.map((one) => html`<option value=${one.id}>${roomName(preview, one.id)}</option>`)}</select></label>
        <label class="field"><span>${say("devices.connection")}</span><select value=${device.connection ?? ""} onChange=${(event) => set(device.id, { connection: event.target.value })}><option value="">${say("devices.simulated")}</option>${draft.connections.map((one) => html`<option value=${one.id}>${one.id}</option>`)}</select></label>
        <label class="field"><span>${say("devices.address")}</span><input value=${device.address ?? ""} onChange=${(event) => set(device.id, { address: event.target.value })} /></label></div>
      <button type="button" class="button tiny grave" onClick=${() => change({ devices: draft.devices.filter((one) => one.id !== device.id) })}>${say("account.remove")}</button></details></li>`)}</ul></section>`;
}

function Connections({ draft, change }) {
  const set = (id, what) => change({ connections: draft.connections.map((one) => (one.id === id ? { ...one, ...what } : one)) });
  const add = (event) => {
    const type = event.target.value;
    if (type) change({ connections: [...draft.connections, { id: freeId(draft.connections, type), type, address: TYPES[type] }] });
    event.target.value = "";
  };
  return html`<section class="card"><h2>${say("connections.title")}</h2><p class="soft small">${say("connections.long")}</p>
    <ul class="list">${draft.connections.map((one) => html`<li><b>${one.id}</b><label class="field"><span>${say(`connection.${one.type}`)}</span><input value=${one.address} onChange=${(event) => set(one.id, { address: event.target.value })} /></label>
      <div><button type="button" class="button tiny grave" onClick=${() => change({ connections: draft.connections.filter((other) => other.id !== one.id) })}>${say("account.remove")}</button></div></li>`)}</ul>
    <label class="field" style=${{ marginTop: "12px" }}><span>${say("connections.add")}</span><select onChange=${add}><option value="">–</option>${Object.keys(TYPES).map((type) => html`<option value=${type}>${say(`connection.${type}`)}</option>`)}</select></label></section>`;
}

/** What is reachable by the connections of the running house. */
function Scan({ draft, change }) {
  const { house } = useSession();
  const asked = useAsked(() => get("api/scan"), []);
  const [act, told, busy] = useAct();
  const state = asked.value;
  useEffect(() => {
    if (!state?.running) return undefined;
    const timer = setTimeout(asked.reload, 1200);
    return () => clearTimeout(timer);
  }, [state, asked.problem]);
  const [taken, take] = useState([]);
  const add = (found, key) => {
    const { name = "", address = "", connection = "" } = found, kind = found.kind || "light";
    // Ids are of plain letters: of a name in others little or nothing would be left.
    const id = freeId(draft.devices, isPlain(name) ? name : address, kind);
    change({ devices: [...draft.devices, { id, room: draft.rooms[0].id, kind, connection, address, ...(name && { name: name.slice(0, LONGEST_NAME) }) }] });
    take([...taken, key]);
  };
  return html`<section class="card" data-scan=${state?.running ? "running" : "still"}><div class="row apart"><h2>${say("scan.title")}</h2><button type="button" class="button tiny" disabled=${busy || state?.running} onClick=${() => act(() => post("api/scan")).then(asked.reload)}>${say(state?.running ? "scan.running" : "scan.do")}</button></div>${told}
    ${state?.problem && html`<p class="problem" role="alert">${house.connections?.length ? state.problem : say("scan.no_connection")}</p>`}
    ${state?.finished_unix_s && !state.running && html`<p class="soft small">${say("scan.done", { when: moment(state.finished_unix_s), count: state.found.length })}</p>`}
    <ul class="list">${(state?.found ?? []).map((found, key) => html`<li><div class="between"><span><b>${found.name || found.address || found.id}</b> <span class="soft small">${[found.connection, found.kind, found.address].filter(Boolean).join(" · ")}</span></span>
      <button type="button" class="button tiny" disabled=${taken.includes(key)} onClick=${() => add(found, key)}>${say("devices.add")}</button></div></li>`)}</ul></section>`;
}
