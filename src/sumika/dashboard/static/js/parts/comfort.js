// A vote by one tap, and a wish that a room be warmer or cooler, with what it would cost.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { useLive } from "../hooks.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { celsius, duration, isNoMoney, money, signed } from "../format.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { Icon } from "./icons.js";

const VOTES = [["cold", -2], ["right", 0], ["warm", 2]];
const HOURS = 12;

/** "How does it feel?": three taps. */
export function Votes({ room }) {
  const [act, told, busy] = useAct();
  const [given, give] = useState(null);
  const vote = async ([word, sensation]) => {
    const answer = await act(() => post("api/vote", { room, sensation }), say("vote.thanks"));
    if (answer) give(word);
  };
  return html`<div class="votes" role="group" aria-label=${say("vote")}>
      ${VOTES.map((one) => html`<button type="button" class="button" data-vote=${one[0]} aria-pressed=${given === one[0]} disabled=${busy} onClick=${() => vote(one)}>
        <i class=${`mark ${one[0]}`} aria-hidden="true"></i>${say(`vote.${one[0]}`)}
      </button>`)}
    </div>${told}`;
}

/** What a wish would cost, asked a moment after the last change; {answer, problem, busy}. */
export function useWhatIf(room, offsetK, hours, isWanted) {
  const [told, tell] = useState({});
  useEffect(() => {
    if (!isWanted) return tell({});
    let wanted = true;
    tell({ busy: true });
    const timer = setTimeout(async () => {
      try {
        const answer = await post("api/what-if", { room, offset_k: offsetK, hours });
        if (wanted) tell({ answer });
      } catch (problem) {
        if (wanted) tell({ problem });
      }
    }, 250);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [room, offsetK, hours, isWanted]);
  return told;
}

/** The cost in words. */
export function WhatIfLine({ told }) {
  const { answer, problem, busy } = told;
  let text = "";
  if (busy) text = say("whatif.asking");
  else if (problem) text = problem.message;
  else if (answer) {
    const cost = money(Math.abs(answer.cost), answer.currency);
    text = isNoMoney(answer.cost, answer.currency) ? say("whatif.same") : say(answer.cost > 0 ? "whatif.dearer" : "whatif.cheaper", { money: cost });
  }
  return html`<p class="soft" role="status" data-what-if=${answer ? answer.cost : ""}>${text}</p>`;
}

/** Warmer or cooler for a while. */
export function ComfortWish({ room }) {
  const { may } = useSession();
  const live = useLive(["comfort_wish"], 2);
  const [act, told, busy] = useAct();
  const standing = live("comfort_wish").get(room);
  const inForce = standing?.offset_k ?? 0;
  const [wanted, want] = useState(null);
  const shown = wanted ?? inForce;
  const cost = useWhatIf(room, shown, HOURS, may("plan") && wanted !== null && wanted !== 0);
  if (!may("wish")) return null;
  const turn = (step) => want(Math.max(-3, Math.min(3, shown + step)));
  const send = async (offset_k) => {
    const answer = await act(() => post("api/comfort", { room, offset_k: offset_k || null, hours: offset_k ? HOURS : null }), say("comfort.taken"));
    if (answer) want(null);
  };
  return html`<div data-comfort=${inForce}>
    <div class="row apart">
      <div class="stepper" role="group" aria-label=${say("comfort")}>
        <button type="button" class="button" aria-label=${say("comfort.cooler")} onClick=${() => turn(-0.5)}><${Icon} name="minus" /></button>
        <b aria-live="polite">${shown ? `${signed(shown)} °C` : say("comfort.usual")}</b>
        <button type="button" class="button" aria-label=${say("comfort.warmer")} onClick=${() => turn(0.5)}><${Icon} name="plus" /></button>
      </div>
      ${wanted !== null && wanted !== inForce && html`<button type="button" class="button main" disabled=${busy} onClick=${() => send(wanted)}>${say("comfort.do", { hours: HOURS })}</button>`}
      ${wanted === null && (inForce !== 0 || standing?.temperature_c) && html`<button type="button" class="button" disabled=${busy} onClick=${() => send(0)}>${say("comfort.back")}</button>`}
    </div>
    <${WhatIfLine} told=${cost} />
    ${wanted === null && standing?.left_s > 0 && (inForce || standing.temperature_c) && html`<p class="soft small">${say("comfort.left", {
      what: standing.temperature_c ? celsius(standing.temperature_c) : `${signed(inForce)} °C`, left: duration(standing.left_s) })}</p>`}
    ${told}
  </div>`;
}
