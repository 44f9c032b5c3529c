// The house begun again, so that what was changed counts: what happens meanwhile is said, on every view, until it is back.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { useRedraw } from "../hooks.js";
import { get, post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";

const LOOKS_EVERY_MS = 700, LONG_S = 60;
const listeners = new Set();
let state = { phase: "", began: 0, moved: null };

function become(what) {
  state = { ...state, ...what };
  for (const listener of listeners) listener();
}

/** End the house and let it begin again; rejected where it could not begin. */
async function restart() {
  const told = await post("api/restart");
  const there = new URL(location.href);
  there.port = told.port;
  become({ phase: "ending", began: Date.now(), moved: told.moved ? there.href : null });
  await follow();
}

/** Wait until it is gone, then until it runs by what stands in its file. */
async function follow() {
  while (state.phase) {
    await new Promise((done) => setTimeout(done, LOOKS_EVERY_MS));
    if (state.moved && state.phase === "beginning") continue; // it will not be found here again
    try {
      const now = await get("api/house");
      if (state.phase === "beginning" || !now.restart_needed) return become({ phase: "" });
    } catch (problem) {
      if (problem.status === 0 || problem.status >= 500) become({ phase: "beginning" });
      else return become({ phase: "" }); // it is there, and wants to be logged into again
    }
  }
}

function useRestart() {
  const redraw = useRedraw();
  useEffect(() => {
    listeners.add(redraw);
    return () => listeners.delete(redraw);
  }, []);
  return state;
}

/** The button, for those who may; nothing while it happens. */
function RestartButton() {
  const { may, refresh } = useSession();
  const [act, told, busy] = useAct();
  const { phase } = useRestart();
  if (!may("configure") || phase) return null;
  const go = async () => {
    if (await act(() => restart().then(() => true))) await refresh().catch(() => {});
  };
  return html`<button type="button" class="button tiny" disabled=${busy} aria-busy=${busy} onClick=${go}>${say(busy ? "restart.looking" : "restart.do")}</button>${told}`;
}

/** That it is needed; and what happens, while it does. */
export function Restarting() {
  const { house } = useSession();
  const { phase, began, moved } = useRestart();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = phase ? setInterval(() => tick((count) => count + 1), 1000) : 0;
    return () => clearInterval(timer);
  }, [phase]);
  if (!phase) return house.restart_needed && html`<div class="banner quiet" role="note">${say("banner.restart")} <${RestartButton} /></div>`;
  const seconds = Math.round((Date.now() - began) / 1000);
  return html`<p class="banner quiet" role="status" data-restart=${phase}>${say(`restart.${phase}`)} <span class="number">${say("restart.seconds", { seconds })}</span>
    ${moved && phase === "beginning" && html` <a href=${moved}>${say("restart.moved", { address: moved })}</a>`}
    ${seconds > LONG_S && html` ${say("restart.long")}`}</p>`;
}
