// "Why?" beside everything that the house decided or believes.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { has, say } from "../words.js";
import { Icon } from "./icons.js";

let count = 0;

/** A small button that opens the reason. `about` names what is explained, for screen readers. */
export function Why({ text, about, end }) {
  const [open, set] = useState(false);
  const box = useRef(null);
  const [id] = useState(() => `why-${++count}`);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event) => !box.current?.contains(event.target) && set(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  if (!text) return null;
  const key = (event) => event.key === "Escape" && set(false);
  return html`<span class=${end ? "why end" : "why"} ref=${box} onKeyDown=${key}>
    <button type="button" aria-expanded=${open} aria-controls=${id} aria-label=${say("why", { about: about ?? "" })} onClick=${() => set(!open)}>
      <${Icon} name="why" size="18" />
    </button>
    ${open && html`<div id=${id} role="note">${text}</div>`}
  </span>`;
}

/** The sentence of a `Reason`. */
export function reasonText(reason) {
  if (!reason) return "";
  return has(`reason.${reason}.long`) ? say(`reason.${reason}.long`) : reason;
}

/** The short form. */
export const reasonShort = (reason) => (has(`reason.${reason}`) ? say(`reason.${reason}`) : reason);
