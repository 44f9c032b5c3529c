// The button by which one talks to the house; what is behind it is loaded when somebody wants it.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { Icon } from "./icons.js";

/** The button, and the panel while it is open. */
export function TalkButton() {
  const { may } = useSession();
  const [open, set] = useState(false);
  const [loaded, load] = useState(null);
  const button = useRef(null);
  useEffect(() => {
    if (open && !loaded) import("./talk.js").then((module) => load(() => module.Talk));
  }, [open]);
  const close = () => {
    set(false);
    button.current?.focus();
  };
  if (!may("house")) return null;
  return html`<button type="button" ref=${button} class="talk-button" aria-expanded=${open} aria-controls="talk" onClick=${() => set(!open)}>
      <${Icon} name="talk" size="20" /><span>${say("talk.open")}</span>
    </button>
    ${open && loaded && html`<${loaded} onClose=${close} />`}`;
}
