// What every view must know of alarms and events; the rest is loaded with the view of alarms.
import { deviceName, roomName } from "./house_model.js";
import { has, inLanguage, say } from "./words.js";

const CLOSED = ["acknowledged", "cancelled", "over"];

/** Whether somebody still has to look after it. */
export const isOpen = (alarm) => !CLOSED.includes(alarm.stage);

/** What people read of it. */
export const alarmWords = (alarm) => inLanguage(alarm.words, alarm.words_ja) || say(`alarm.${alarm.cause}`);

const nameOf = (house, id) => (house.roomOf.has(id) ? roomName(house, id) : deviceName(house, id));

/** An event as a sentence. */
export function eventLine(house, event) {
  const key = `event.${event.code}${event.recovered && has(`event.${event.code}.recovered`) ? ".recovered" : ""}`;
  const subject = event.code === "alarm_raised" ? alarmCalled(house, event.subject) : nameOf(house, event.subject);
  return has(key) ? say(key, { subject, detail: event.detail }) : `${subject}: ${event.code}`;
}

/** What is said with it. Of an alarm its line says all; of its end, how it ended: "acknowledged (mika)". */
export function eventDetail(event) {
  if (event.code !== "alarm_raised") return event.detail;
  const [stage, ...by] = event.detail.split(" ");
  return event.recovered && has(`stage.${stage}`) ? [say(`stage.${stage}`), ...by].join(" ") : "";
}

// An alarm's name in the records: "[test.]cause[.subject].time".
function alarmCalled(house, id) {
  const isTest = id.startsWith("test.");
  const [cause, ...more] = id.split(".").slice(Number(isTest));
  if (!has(`alarm.${cause}`)) return id;
  const subject = more.slice(0, -1).join(".");
  return [say(`alarm.${cause}`), subject && nameOf(house, subject), isTest && say("alarms.is_test")].filter(Boolean).join(say("list.dot"));
}
