// A suspected fall is told on every view, with where and how long ago. It is a suspicion, and says so.
import { html } from "../../vendor/preact-htm.js";
import { alarmWords, isOpen } from "../alarms.js";
import { useLive } from "../hooks.js";
import { ageS, onMessage } from "../live.js";
import { roomName } from "../house_model.js";
import { to } from "../routes.js";
import { useSession } from "../session.js";
import { duration, percent } from "../format.js";
import { say } from "../words.js";
import { reasonText } from "./why.js";

const OLD_S = 30;
// All of them come under one key: the newest of each is kept here, lest what is told of one body hides another.
const falls = new Map(); // source/track -> SuspectedFall
onMessage("suspected_fall", (source, fall) => falls.set(`${source}/${fall.track}`, fall));

/** Suspected falls that are going on. */
export function fallsNow() {
  for (const [body, fall] of falls) if (ageS(fall) >= OLD_S) falls.delete(body);
  return [...falls.values()].filter((fall) => fall.stage === "suspected");
}

/** The notice: open alarms, and suspected falls that are no alarm (yet). Nothing where all is well. */
export function FallNotice() {
  const { house } = useSession();
  const live = useLive(["suspected_fall", "alarm"], 2);
  const open = [...live("alarm").values()].filter(isOpen);
  const told = new Set(open.map((alarm) => alarm.room));
  const going = fallsNow().filter((fall) => !told.has(fall.room));
  return html`
    ${open.map((alarm) => html`<div class="fall" role="alert" key=${alarm.id} data-notice=${alarm.id}>
      <b>${alarmWords(alarm)}</b><span>${say(`stage.${alarm.stage}`)}${alarm.test ? ` (${say("alarms.is_test")})` : ""}</span>
      <a class="button tiny" href=${to("alarms")}>${say("today.alarms.look")}</a></div>`)}
    ${going.map((fall) => html`<div class="fall" role="alert" key=${`fall ${fall.track}`} data-fall=${fall.room}>
      <b>${say("fall.title", { room: fall.room ? roomName(house, fall.room) : say("fall.somewhere") })}</b>
      <span>${reasonText(fall.reason)} ${say("fall.since", { ago: duration(fall.since_s), share: percent(fall.probability) })}</span>
      <a class="button tiny" href=${to("alarms")}>${say("view.alarms")}</a></div>`)}`;
}
