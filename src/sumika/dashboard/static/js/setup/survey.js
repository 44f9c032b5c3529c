// A look at the house that takes minutes: asked how far it is, and told. The house does it; this page only asks.
import { html, useEffect } from "../../vendor/preact-htm.js";
import { roomName } from "../house_model.js";
import { useAsked } from "../hooks.js";
import { get } from "../server.js";
import { inLanguage, say, sentences } from "../words.js";

const AGAIN_MS = 700;
const OVER = ["none", "done", "failed", "stopped"];

/** Ask how far a look is, again and again while it is under way: {state, runs, reload, problem}. */
export function useSurvey(address) {
  const asked = useAsked(() => get(address), []);
  const state = asked.value;
  const runs = Boolean(state) && !OVER.includes(state.stage);
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setTimeout(asked.reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [state, asked.problem]);
  return { state, runs, reload: asked.reload, problem: asked.problem };
}

/** How far it is, with a bar where that is known. */
export function Course({ survey, preview }) {
  const { state } = survey;
  const left = state.seconds - state.since_s;
  const words = state.kind === "walk" && state.stage === "listening" ? say("walk.listening") : say(`survey.${state.stage}`);
  const rooms = state.somebody.map((room) => roomName(preview, room)).join(", ");
  return html`<div data-stage=${state.stage} style=${{ margin: "12px 0" }}><p role="status">${words}</p>
    ${state.seconds > 0 && html`<progress max=${state.seconds} value=${Math.min(state.since_s, state.seconds)} aria-label=${words} style=${{ width: "100%" }} />
      <p class="soft small">${say("survey.left", { seconds: Math.max(0, Math.round(left)) })}${state.frames > 0 ? ` · ${say("survey.frames", { frames: state.frames })}` : ""}</p>`}
    ${rooms && html`<p class="problem">${say("survey.somebody", { rooms })}</p>`}</div>`;
}

/** Why it came to nothing, and what to do. */
export function Failure({ state }) {
  if (!state?.problem || state.stage === "stopped") return null;
  const failed = state.stage === "failed";
  const text = sentences(inLanguage(state.problem, state.problem_ja), inLanguage(state.remedy, state.remedy_ja));
  return html`<p class=${failed ? "problem" : "hint"} role=${failed ? "alert" : "note"} data-survey-problem>${text}</p>`;
}
