// A room's devices, set by hand. What is shown is what the device says, not what was pressed.
import { html } from "../../vendor/preact-htm.js";
import { settingName, settingValue, stateLine } from "../actions.js";
import { number } from "../format.js";
import { deviceName } from "../house_model.js";
import { useLive } from "../hooks.js";
import { fellSilent } from "../live.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";
import { useAct } from "./act.js";
import { Icon } from "./icons.js";

// What a hand changes of each kind: [setting, lowest, highest, step]; a named setting is a choice.
const CONTROLS = {
  room_air_conditioner: [["mode", 0, 4, 1], ["setpoint_c", 16, 31, 0.5], ["fan_level", 0, 5, 1]],
  whole_house_air_conditioner: [["mode", 0, 4, 1], ["setpoint_c", 16, 31, 0.5]],
  floor_heating: [["on", 0, 1, 1], ["supply_temp_c", 25, 50, 1]],
  heat_pump_water_heater: [["mode", 0, 2, 1]],
  balanced_ventilation: [["level", 0, 3, 1]],
  exhaust_fan: [["level", 0, 2, 1]],
  humidifier: [["on", 0, 1, 1]],
  dehumidifier: [["on", 0, 1, 1]],
  air_purifier: [["level", 0, 3, 1]],
  blind: [["closed", 0, 1, 0.25]],
  window_opener: [["open", 0, 1, 0.25]],
  light: [["level", 0, 1, 0.1]],
  boiler: [["on", 0, 1, 1]],
  radiator: [["setpoint_c", 5, 28, 0.5]],
  tv: [["on", 0, 1, 1]],
};

/** The card; nothing where the room has no device. */
export function DeviceControls({ room }) {
  const { house, may } = useSession();
  const live = useLive(["device_state"], 4);
  const devices = [...house.deviceOf.values()].filter((device) => device.room === room.id);
  if (!devices.length) return null;
  return html`<section class="card"><h2>${say("room.devices")}</h2><ul class="list">
    ${devices.map((device) => html`<${OneDevice} key=${device.id} house=${house} device=${device} state=${live("device_state").get(device.id)} mayControl=${may("control")} />`)}
  </ul></section>`;
}

function OneDevice({ house, device, state, mayControl }) {
  const [act, told, busy] = useAct();
  const wish = (action, value) => act(() => post("api/wish", { device: device.id, action, value }));
  const controls = mayControl && state?.available ? (CONTROLS[device.kind] ?? []).filter(([action]) => action in state.values) : [];
  const loads = mayControl && device.kind === "appliance" && state?.available;
  return html`<li data-device=${device.id}><div class="between"><b>${deviceName(house, device.id)}</b>
      <span class="soft number">${state ? stateLine(house, state) : say(fellSilent("device_state", device.id) ? "device.fell_silent" : "device.silent")}${state?.power_w > 1 ? `${say("list.dot")}${number(state.power_w)} W` : ""}</span></div>
    ${controls.map(([action, low, high, step]) => html`<${Control} ...${{ kind: device.kind, action, low, high, step, busy, value: state.values[action], wish }} />`)}
    ${loads && html`<div class="row"><button type="button" class="button tiny" disabled=${busy} onClick=${() => act(() => post(`api/machines/${device.id}`, { waiting: !state.values.waiting }), say("machine.taken"))}>
      ${say(state.values.waiting ? "machine.unload" : "machine.load")}</button></div>`}
    ${state?.why && html`<p class="problem">${state.why}</p>`}${told}</li>`;
}

function Control({ kind, action, low, high, step, value, wish, busy }) {
  const name = settingName(action);
  const isNamed = has(`setting.${kind}.${action}.0`) || action === "on";
  if (isNamed && high <= 5) {
    const values = Array.from({ length: high - low + 1 }, (_, n) => low + n);
    return html`<div class="row apart"><span class="soft small">${name}</span><div class="choices" role="group" aria-label=${name}>
      ${values.map((one) => html`<button type="button" aria-pressed=${Math.round(value) === one} disabled=${busy} onClick=${() => wish(action, one)}>${settingValue(kind, action, one)}</button>`)}</div></div>`;
  }
  const turned = (by) => Math.round(Math.max(low, Math.min(high, value + by)) / step) * step;
  const change = (by) => wish(action, Number(turned(by).toFixed(2)));
  return html`<div class="row apart"><span class="soft small">${name}</span><div class="stepper" role="group" aria-label=${name}>
    <button type="button" class="button tiny" aria-label=${say("less", { what: name })} disabled=${busy || value <= low} onClick=${() => change(-step)}><${Icon} name="minus" size="18" /></button>
    <b>${settingValue(kind, action, value)}</b>
    <button type="button" class="button tiny" aria-label=${say("more", { what: name })} disabled=${busy || value >= high} onClick=${() => change(step)}><${Icon} name="plus" size="18" /></button>
  </div></div>`;
}
