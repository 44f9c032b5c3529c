// One row of the records: what a sentence rests on. Whatever others wrote in it is shown as it stands.
import { html } from "../../vendor/preact-htm.js";
import { clock, day, moment, number, percent } from "../format.js";
import { deviceName, roomName } from "../house_model.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";

/** The row, as an item of a list; in the house's time zone, or in that of the paper it stands in. */
export function RecordRow({ row, zone }) {
  const { house } = useSession();
  const about = house.deviceOf.has(row.subject) ? deviceName(house, row.subject) : house.roomOf.has(row.subject) ? roomName(house, row.subject) : row.subject;
  const when = whenOf(row, zone);
  return html`<li>${when && html`<span class="soft">${when}</span> `}<span>${about}</span> <code>${[row.source, row.part].filter(Boolean).join(say("list.dot"))}</code>${valueOf(row, zone)}${row.text && html` <q>${row.text}</q>`}
    ${row.count > 1 && html` <span class="soft">${say("talk.samples", { count: number(row.count) })}</span>`}</li>`;
}

function whenOf({ begin_unix_s: begins, end_unix_s: ends }, zone) {
  if (!begins) return ""; // of no time: a rule, a price
  const to = day(begins, zone) === day(ends, zone) ? clock(ends, zone) : moment(ends, zone);
  return `${moment(begins, zone)}${ends - begins > 59 ? `–${to}` : ""}`;
}

function valueOf({ value, unit }, zone) {
  if (typeof value !== "number") return null;
  if (unit === "unix_s") return html` <b>${moment(value, zone)}</b>`;
  if (unit === "1" && value >= 0 && value <= 1) return html` <b>${percent(value)}</b>`;
  const digits = Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : Math.abs(value) < 10 ? 2 : 1;
  const words = has(`talk.unit.${unit}`) ? say(`talk.unit.${unit}`) : unit === "1" ? "" : unit;
  return html` <b>${number(value, digits)}${words && ` ${words}`}</b>`;
}
