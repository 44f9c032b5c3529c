// One alarm: what is suspected, how far it has come, who was told, and the two answers: "I take care", "all is well".
import { html, useState } from "../../vendor/preact-htm.js";
import { alarmWords, isOpen } from "../alarms.js";
import { clock, duration, moment } from "../format.js";
import { roomName } from "../house_model.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { AlarmReplay } from "./alarm_replay.js";

const TAGS = { prompt: "care", contacts: "bad", unanswered: "bad", acknowledged: "good", cancelled: "good", over: "good" };

/** The alarm in a list. */
export function AlarmCard({ alarm, onChange }) {
  const { may, house } = useSession();
  const [act, told, busy] = useAct();
  const [replays, replay] = useState(false);
  const does = async (what) => {
    await act(() => post(`api/alarms/${encodeURIComponent(alarm.id)}/${what}`), say(`alarms.${what}.done`));
    onChange?.();
  };
  const place = alarm.room && house.roomOf.has(alarm.room) ? roomName(house, alarm.room) : alarm.subject;
  return html`<li data-alarm=${alarm.id} data-stage=${alarm.stage}>
    <div class="between"><b>${alarmWords(alarm)}</b><span class=${`tag ${TAGS[alarm.stage] ?? ""}`}>${say(`stage.${alarm.stage}`)}</span></div>
    <span class="soft small">${[place, moment(alarm.since_unix_s), alarm.test ? say("alarms.is_test") : "", alarm.acknowledged_by].filter(Boolean).join(say("list.dot"))}</span>
    ${alarm.stage === "prompt" && alarm.cancel_left_s > 0 && html`<span>${say("alarms.cancel_left", { left: duration(alarm.cancel_left_s) })}</span>`}
    ${alarm.detail && html`<span class="soft small">${alarm.detail}</span>`}
    ${alarm.deliveries.length > 0 && html`<ul class="list small">${alarm.deliveries.map((one) => html`<li><span>${one.contact} (${one.how})${one.closing ? `${say("list.comma")}${say("delivery.over")}` : ""} <span class="tag">${say(`delivery.${one.state}`)}</span> <span class="soft">${clock(one.at_unix_s)} ${one.problem || one.receipt}</span></span></li>`)}</ul>`}
    <div class="row">
      ${isOpen(alarm) && may("falls") && html`<button type="button" class="button main tiny" disabled=${busy} onClick=${() => does("acknowledge")}>${say("alarms.acknowledge")}</button>
        <button type="button" class="button tiny" disabled=${busy} onClick=${() => does("cancel")}>${say("alarms.cancel")}</button>`}
      ${alarm.has_before && html`<button type="button" class="button tiny" aria-expanded=${replays} onClick=${() => replay(!replays)}>${say("alarms.before")}</button>`}
    </div>${told}
    ${replays && html`<${AlarmReplay} alarm=${alarm} />`}</li>`;
}
