// Six cards for who is here for the first time.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { say } from "../words.js";

const KEPT_AS = "sumika.tour";
const CARDS = ["welcome", "today", "house", "why", "control", "privacy"];

/** Whether nobody has seen it in this browser. */
export const isTourDue = () => !localStorage.getItem(KEPT_AS);

/** The tour; `onEnd` when it is over. */
export function Tour({ onEnd }) {
  const [card, set] = useState(0);
  const box = useRef(null);
  const before = useRef(document.activeElement);
  const end = () => {
    localStorage.setItem(KEPT_AS, "seen");
    onEnd();
    before.current?.focus?.();
  };
  useEffect(() => {
    box.current.querySelector(".main").focus();
  }, [card]);
  const key = (event) => {
    if (event.key === "Escape") end();
    if (event.key !== "Tab") return;
    // Nothing behind a dialog takes the keyboard.
    const buttons = [...box.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    buttons[(at + buttons.length) % buttons.length].focus();
  };
  const name = CARDS[card];
  const isLast = card === CARDS.length - 1;
  return html`<div class="veil" ref=${box} onKeyDown=${key}><div class="card" role="dialog" aria-modal="true" aria-labelledby="tour-title">
    <div class="dots" aria-hidden="true">${CARDS.map((_, n) => html`<i class=${n === card ? "on" : ""}></i>`)}</div>
    <h1 id="tour-title" style=${{ margin: "16px 0 10px" }}>${say(`tour.${name}`)}</h1>
    <p style=${{ minHeight: "6.5em" }}>${say(`tour.${name}.long`)}</p>
    <div class="row apart">
      <button type="button" class="button" onClick=${end}>${say("tour.skip")}</button>
      <div class="row">
        ${card > 0 && html`<button type="button" class="button" onClick=${() => set(card - 1)}>${say("tour.back")}</button>`}
        <button type="button" class="button main" onClick=${() => (isLast ? end() : set(card + 1))}>${say(isLast ? "tour.end" : "tour.next")}</button>
      </div>
    </div>
  </div></div>`;
}
