// Sleep and well-being: only for who agreed to it, as ranges beside one's own usual, never a diagnosis. And what belongs
// to each resident: consent, guests, pauses, what is kept, and being forgotten.
import { html, useState } from "../../vendor/preact-htm.js";
import { duration, moment, number, stampS } from "../format.js";
import { roomName } from "../house_model.js";
import { useAsked, useLive } from "../hooks.js";
import { ageS, nowMs } from "../live.js";
import { useAct } from "../parts/act.js";
import { Votes } from "../parts/comfort.js";
import { SleepKnown } from "../parts/known.js";
import { Nights } from "../parts/nights.js";
import { Weeks, Moods } from "../parts/weeks.js";
import { estimate } from "../people.js";
import { get, post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const HOUR_S = 3600;
const OLDEST_S = 20; // it is told every five seconds
const UNTIL = [["hour", HOUR_S], ["evening", 6 * HOUR_S], ["day", 24 * HOUR_S]];

/** The view. */
export function View() {
  const { house, me, may } = useSession();
  const consents = useAsked(() => (may("privacy") ? get("api/consent") : Promise.resolve({ consents: [] })), [me.residents.join(" ")]);
  const mine = (consents.value?.consents ?? []).filter((one) => me.role === "owner" || me.residents.includes(one.resident));
  return html`<div class="head"><h1>${say("view.sleep")}</h1><p>${say("sleep.note")}</p></div>
    <div class="two">
      <div class="stack">
        ${!mine.length && html`<section class="card"><p class="soft">${say(house.residents?.length ? "sleep.nobody" : "sleep.no_residents")}</p></section>`}
        ${mine.map((one) => html`<${Person} key=${one.resident} consent=${one} reload=${consents.reload} />`)}
      </div>
      <div class="stack">
        ${house.knowing && may("wish") && me.residents.slice(0, 1).map((id) => html`<${Moods} key=${id} resident=${id} />`)}
        ${may("wish") && html`<section class="card"><h2>${say("vote")}</h2><${RoomVotes} /></section>`}
        ${may("privacy") && html`<${Quiet} what="sensing" field="paused_until" state="paused" left="pause_left_s" /><${Quiet} what="guest" field="until" state="guests" left="guests_left_s" />`}
        ${may("vitals") && html`<section class="card"><h2>${say("export")}</h2><p class="soft small">${say("export.long")}</p><p style=${{ marginTop: "12px" }}><a class="button" href="api/export" download>${say("export.do")}</a></p></section>`}
      </div>
    </div>`;
}

function RoomVotes() {
  const { house } = useSession();
  const [room, choose] = useState(house.rooms[0].id);
  return html`<label class="field"><span>${say("room.choose")}</span><select value=${room} onChange=${(event) => choose(event.target.value)}>
    ${house.rooms.map((one) => html`<option value=${one.id}>${roomName(house, one.id)}</option>`)}</select></label><${Votes} key=${room} room=${room} />`;
}

function residentName(house, id) {
  return house.residents?.find((one) => one.id === id)?.name || id;
}

function Person({ consent, reload }) {
  const { house } = useSession();
  const [act, told, busy] = useAct();
  const name = residentName(house, consent.resident);
  const agree = async (wellbeing) => {
    await act(() => post("api/consent", { resident: consent.resident, carers: consent.carers, wellbeing }));
    reload();
  };
  const rooms = house.rooms.filter((room) => room.residents?.includes(consent.resident) && (house.radars ?? []).some((radar) => radar.room === room.id));
  return html`<section class="card" data-resident=${consent.resident}><div class="row apart"><h2>${name}</h2>
      <label class="tick"><input type="checkbox" checked=${consent.wellbeing} disabled=${busy} onChange=${(event) => agree(event.target.checked)} /><span>${say("sleep.agree")}</span></label></div>
    ${consent.wellbeing ? html`${rooms.map((room) => html`<${RestNow} key=${`now ${room.id}`} room=${room} /><${SleepKnown} key=${`known ${room.id}`} room=${room} />
          <${Nights} key=${room.id} room=${room} alone=${(room.residents ?? []).length === 1} /><${Weeks} key=${`weeks ${room.id}`} room=${room} />`)}
        <p class="hint">${say("sleep.coming")}</p>` : html`<p class="soft">${say("sleep.off")}</p>`}
    <${Carers} consent=${consent} reload=${reload} />
    <${Forget} resident=${consent.resident} name=${name} />${told}</section>`;
}

/** Whether those in a bedroom are asleep now: all of them together. Nothing where that is not told of this room. */
function RestNow({ room }) {
  const { house } = useSession();
  useLive(["sleep"], 1);
  const told = estimate("sleep", room.id, OLDEST_S);
  if (!told) return null;
  const what = say(`sleep.now.${told.kind ?? "unknown"}`, { time: duration(told.for_s + ageS(told)) });
  return html`<p data-rest=${told.kind ?? "unknown"}>${say("sleep.now", { room: roomName(house, room.id), what })}</p>`;
}

/** Which carers may see breath, heart and posture. */
function Carers({ consent, reload }) {
  const { may } = useSession();
  const users = useAsked(() => (may("manage") ? get("api/users") : Promise.resolve({ users: [] })), []);
  const [act, told, busy] = useAct();
  const carers = [...new Set([...(users.value?.users ?? []).filter((user) => user.role === "carer").map((user) => user.name), ...consent.carers])];
  if (!carers.length) return null;
  const turn = async (name, sees) => {
    const wanted = sees ? [...consent.carers, name] : consent.carers.filter((one) => one !== name);
    await act(() => post("api/consent", { resident: consent.resident, carers: wanted, wellbeing: consent.wellbeing }));
    reload();
  };
  return html`<h3 style=${{ margin: "16px 0 4px" }}>${say("consent.carers")}</h3>${carers.map((name) => html`<label class="tick">
    <input type="checkbox" checked=${consent.carers.includes(name)} disabled=${busy} onChange=${(event) => turn(name, event.target.checked)} /><span>${name}</span></label>`)}${told}`;
}

/** Being forgotten: asked twice, since nothing brings it back; then the log is offered, which holds everybody. */
function Forget({ resident, name }) {
  const [sure, set] = useState(false);
  const [left, leave] = useState(null);
  const [act, told, busy] = useAct();
  const done = (answer) => {
    leave(answer.log_files > 0 ? answer : null);
    return say("forget.done", { keys: answer.keys, half_minutes: answer.half_minutes });
  };
  const forget = () => act(() => post(`api/residents/${resident}/forget`), done).then(() => set(false));
  const clear = () => act(() => post("api/logs/delete", {}), (answer) => say(answer.left ? "forget.log.left" : "forget.log.done", answer)).then(() => leave(null));
  return html`<div class="row" style=${{ marginTop: "18px" }}>
    ${!sure && html`<button type="button" class="button tiny grave" onClick=${() => set(true)}>${say("forget", { name })}</button>`}
    ${sure && html`<p>${say("forget.sure", { name })}</p><button type="button" class="button grave" disabled=${busy} onClick=${forget}>${say("forget.do")}</button>
      <button type="button" class="button" onClick=${() => set(false)}>${say("cancel")}</button>`}</div>${told}
    ${left && html`<div class="row"><p>${say("forget.log", { megabytes: Math.max(1, Math.round(left.log_bytes / 1e6)) })}</p>
      <button type="button" class="button grave" disabled=${busy} onClick=${clear}>${say("forget.log.do")}</button>
      <button type="button" class="button" onClick=${() => leave(null)}>${say("forget.log.keep")}</button></div>`}`;
}

/** A pause of all sensing, or guests: for a while, and ended by one tap. */
function Quiet({ what, field, state, left }) {
  const live = useLive(["privacy"], 1);
  const [act, told, busy] = useAct();
  const shown = useAsked(() => get(`api/${what}`), []);
  const privacy = [...live("privacy").values()][0];
  // Others end it too, and time does: the answer is only what held when it was asked for.
  const isOn = privacy?.[state] ?? shown.value?.[state] ?? false;
  const until = privacy?.[left] ? stampS(privacy) + privacy[left] : shown.value?.[`${state}_until`];
  const set = async (seconds) => {
    await act(() => post(`api/${what}`, { [field]: seconds === null ? null : nowMs() / 1000 + seconds }));
    shown.reload();
  };
  return html`<section class="card" data-quiet=${what} data-on=${isOn ? 1 : 0}><h2>${say(`quiet.${what}`)}</h2><p class="soft small">${say(`quiet.${what}.long`)}</p>
    ${isOn ? html`<p style=${{ margin: "12px 0" }}><b>${say(`quiet.${what}.on`, { until: until ? moment(until) : "" })}</b></p><button type="button" class="button" disabled=${busy} onClick=${() => set(null)}>${say(`quiet.${what}.end`)}</button>`
      : html`<div class="row" style=${{ marginTop: "12px" }}>${UNTIL.map(([name, seconds]) => html`<button type="button" class="button tiny" disabled=${busy} onClick=${() => set(seconds)}>${say(`quiet.${name}`, { n: number(seconds / HOUR_S) })}</button>`)}</div>`}
    ${told}</section>`;
}
