// What devices do and are to do, in words: one place for settings, so that every view says them alike.
import { deviceName, roomName } from "./house_model.js";
import { celsius, clock, money, NONE, number, percent } from "./format.js";
import { has, inLanguage, say } from "./words.js";


/** A setting's value as people say it. */
export function settingValue(kind, action, value) {
  if (typeof value !== "number") return NONE;
  const named = `setting.${kind}.${action}.${Math.round(value)}`;
  if (has(named)) return say(named);
  if (action.endsWith("_c") || action === "setpoint_c") return celsius(value);
  if (action === "colour_temperature_k") return `${number(value)} K`;
  if (action === "on") return say(value ? "setting.value.on" : "setting.value.off");
  if (action === "closed" || action === "open" || action === "humidity_setpoint" || action === "valve" || action === "slat") return percent(value);
  if (action === "level" && kind === "light") return percent(value);
  if (action.endsWith("_w")) return `${number(value)} W`;
  return number(value, Number.isInteger(value) ? 0 : 1);
}

/** A setting's name. */
export function settingName(action) {
  return has(`setting.${action}`) ? say(`setting.${action}`) : action;
}

/** "Living room air conditioner: heating to 21.5". */
export function actionLine(house, action) {
  const device = house.deviceOf.get(action.device);
  const name = deviceName(house, action.device);
  return say("action.line", { device: name, setting: settingName(action.action), value: settingValue(device?.kind, action.action, action.value) });
}

/** Why, in the reader's language. */
export const whyOf = (action) => inLanguage(action.why, action.why_ja);

/** What a device does now, in one short line. */
export function stateLine(house, state) {
  const kind = house.deviceOf.get(state.device)?.kind ?? "";
  if (!state.available) return say("device.gone");
  const { values } = state;
  if ("mode" in values) {
    const mode = settingValue(kind, "mode", values.mode);
    return values.mode && "setpoint_c" in values ? `${mode} ${celsius(values.setpoint_c)}` : mode;
  }
  const first = ["on", "level", "closed", "open"].find((name) => name in values);
  return first ? settingValue(kind, first, values[first]) : "";
}

/** Whether a device does anything now. */
export function isBusy(state) {
  if (!state.available) return false;
  const { mode, on, level } = state.values;
  return Boolean(mode) || Boolean(on) || (level ?? 0) > 0;
}

/** What the plan does with a device in a step, in words. */
export function plannedValue(what, value) {
  const key = `what.${what}`;
  const shown = what.endsWith("_kw") ? `${number(Math.abs(value), 1)} kW` : what === "closed" || what === "open" ? percent(value) : number(value, Number.isInteger(value) ? 0 : 1);
  return has(key) ? say(key, { value: shown }) : `${what} ${shown}`;
}

/** The next change of each device by the plan: [{device, at, text}], the soonest first. */
export function upcoming(house, outlook, nowS) {
  const found = [];
  for (const lane of outlook.devices ?? []) {
    const now = outlook.begins_unix_s.findLastIndex((begins) => begins <= nowS);
    const before = lane.value[Math.max(now, 0)];
    const least = lane.what.endsWith("_kw") ? 0.3 : lane.what === "closed" || lane.what === "open" ? 0.3 : 0.5;
    const next = lane.value.findIndex((value, step) => step > now && Math.abs(value - before) >= least);
    if (next < 0) continue;
    const begins = outlook.begins_unix_s[next];
    const value = lane.value[next];
    const ends = Math.abs(value) < least / 2;
    found.push({ device: lane.device, at: begins, text: ends ? say("next.ends", { what: say(`what.${lane.what}.name`) }) : plannedValue(lane.what, value) });
  }
  return found.sort((a, b) => a.at - b.at).map((one) => ({ ...one, when: clock(one.at, outlook.zone), name: deviceName(house, one.device) }));
}

/** A suggestion in words: {what, saves}. */
export function suggestionLine(house, standing) {
  const { suggestion, currency } = standing;
  const name = suggestion.done ? roomName(house, suggestion.device) : deviceName(house, suggestion.device);
  const kind = house.deviceOf.get(suggestion.device)?.kind;
  const what = suggestion.actions.map((action) => `${settingName(action.action)} ${settingValue(kind, action.action, action.value)}`).join(say("list.comma"));
  const saves = typeof suggestion.saves === "number" ? say("suggest.saves", { money: money(suggestion.saves, currency) }) : "";
  return { name, what, saves, why: [...new Set(suggestion.actions.map(whyOf))].join(" ") };
}
