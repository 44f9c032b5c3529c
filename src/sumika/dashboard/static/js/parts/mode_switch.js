// How far the house may go. The switch shows what the safety gate says it is, not what was pressed.
import { html } from "../../vendor/preact-htm.js";
import { useLive } from "../hooks.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";

export const MODES = ["off", "shadow", "suggest", "drive"];

/** The mode that is in force; empty: not told yet. */
export const modeNow = (live) => [...live("mode").values()][0]?.mode ?? "";

/** The switch, for who may turn it; a word for who may not. */
export function ModeSwitch() {
  const { may } = useSession();
  const live = useLive(["mode"], 4);
  const [act, told, busy] = useAct();
  const now = modeNow(live);
  if (!now) return html`<p class="soft">${say("mode.unknown")}</p>`;
  if (!may("control")) return html`<p><b>${say(`mode.${now}`)}</b></p><p class="soft small">${say(`mode.${now}.long`)}</p>`;
  return html`<div data-mode=${now}>
    <div class="choices" role="group" aria-label=${say("mode")}>
      ${MODES.map((mode) => html`<button type="button" aria-pressed=${mode === now} disabled=${busy}
        onClick=${() => act(() => post("api/mode", { mode }))}>${say(`mode.${mode}`)}</button>`)}
    </div>
    <p class="soft small" style=${{ marginTop: "10px" }}>${say(`mode.${now}.long`)}</p>
    ${told}
  </div>`;
}
