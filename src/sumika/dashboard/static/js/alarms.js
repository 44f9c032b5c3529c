// What every view must know of alarms; the rest is loaded with the view of alarms.
import { inLanguage, say } from "./words.js";

const CLOSED = ["acknowledged", "cancelled", "over"];

/** Whether somebody still has to look after it. */
export const isOpen = (alarm) => !CLOSED.includes(alarm.stage);

/** What people read of it. */
export const alarmWords = (alarm) => inLanguage(alarm.words, alarm.words_ja) || say(`alarm.${alarm.cause}`);
