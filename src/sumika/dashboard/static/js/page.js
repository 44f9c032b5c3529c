// The page: lets people in, then shows the view of the address inside the frame that all views share.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { useLanguage } from "./hooks.js";
import { comeAgain, connect, hangUp } from "./live.js";
import { place, setupToken, viewOf } from "./routes.js";
import { get, whenLoggedOut } from "./server.js";
import { askHouse, Session, whoIsHere } from "./session.js";
import { Entrance } from "./views/entrance.js";
import { Frame } from "./parts/frame.js";
import { Tour, isTourDue } from "./parts/tour.js";
import { isChosen, LANGUAGES, language, loadWords, say } from "./words.js";

/** Everything. */
export function Page({ asked }) {
  useLanguage();
  const [session, set] = useState({ state: "asking" });
  const entered = useRef(""); // release of the house that was entered; empty before
  const enter = async (first) => {
    try {
      const [me, house] = await (first ?? Promise.all([whoIsHere(), askHouse()]));
      if (!isChosen() && LANGUAGES.includes(me.language) && me.language !== language()) await loadWords(me.language);
      entered.current = house.release;
      set({ state: "in", me, house });
      connect();
    } catch (problem) {
      if (problem.status === 401 || problem.status === 403) set(await entranceState());
      else {
        set({ state: "silent", problem });
        setTimeout(() => enter(), 1500);
      }
    }
  };
  const refresh = async () => {
    const [house, me] = await Promise.all([askHouse(), whoIsHere()]);
    // Another release has other scripts: views that are not loaded yet would not be found.
    if (house.release !== entered.current) location.reload();
    set((now) => (now.state === "in" ? { ...now, house, me } : now));
  };
  useEffect(() => {
    const leave = async () => {
      hangUp();
      // All that scripts keep in memory belongs to who was here, what they said to the house and drew: it goes with them.
      if (entered.current) location.reload();
      else set(await entranceState());
    };
    whenLoggedOut(leave);
    // A house that has just begun may answer nothing yet; what it does answer, be it a refusal, has been dealt with.
    const back = () => refresh().catch((problem) => { if (!problem.status) setTimeout(back, 1500); });
    // Of an account that was changed the connection ends, though it is still let in: as what it is now.
    const check = () => back().then(comeAgain);
    document.addEventListener("sumika-back", back);
    document.addEventListener("sumika-logged-out", check);
    enter(asked);
    return () => {
      document.removeEventListener("sumika-back", back);
      document.removeEventListener("sumika-logged-out", check);
    };
  }, []);
  if (session.state === "asking") return html`<main class="alone" aria-busy="true"></main>`;
  if (session.state === "silent") return html`<${Silent} problem=${session.problem} />`;
  if (session.state === "out") return html`<${Entrance} setupNeeded=${session.setupNeeded} onEnter=${() => enter()} />`;
  const known = { me: session.me, house: session.house, may: (right) => !right || session.me.may.includes(right), refresh };
  return html`<${Session.Provider} value=${known}><${Inside} /><//>`;
}

async function entranceState() {
  const health = await get("api/health").catch(() => ({}));
  return { state: "out", setupNeeded: Boolean(health.setup_needed || setupToken()) };
}

function Silent({ problem }) {
  return html`<main class="alone"><div class="card narrow" role="status">
    <h1>${say("server.silent")}</h1>
    <p>${problem.status ? problem.message : say("server.silent.long")}</p>
  </div></main>`;
}

function Inside() {
  const [here, move] = useState(place());
  const [touring, tour] = useState(isTourDue());
  useEffect(() => {
    const moved = () => {
      move(place());
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", moved);
    return () => window.removeEventListener("hashchange", moved);
  }, []);
  return html`<${Frame} here=${here} onTour=${() => tour(true)}><${Shown} here=${here} key=${here.view} /><//>
    ${touring && html`<${Tour} onEnd=${() => tour(false)} />`}`;
}

/** One view, loaded when it is first wanted. */
function Shown({ here }) {
  const row = viewOf(here);
  const [loaded, set] = useState(null);
  useEffect(() => {
    let wanted = true;
    row.load().then((module) => wanted && set(() => module.View), (problem) => wanted && set(() => () => html`<p>${problem.message}</p>`));
    return () => (wanted = false);
  }, [row.id]);
  return loaded ? html`<${loaded} here=${here} />` : html`<div class="loading" aria-busy="true"></div>`;
}
