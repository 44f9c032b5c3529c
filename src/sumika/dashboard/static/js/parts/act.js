// Something that is asked of the house: sends, says what came of it, and is never pressed twice at once.
import { html, useState } from "../../vendor/preact-htm.js";
import { sentences } from "../words.js";

/** Returns [act, told, busy]: `act(work)` runs a promise; `told` is the line to show about it. */
export function useAct() {
  const [told, tell] = useState(null);
  const [busy, work] = useState(false);
  const act = async (ask, done) => {
    work(true);
    tell(null);
    try {
      const answer = await ask();
      if (done) tell({ text: typeof done === "function" ? done(answer) : done, good: true });
      return answer;
    } catch (problem) {
      tell({ text: sentences(problem.message, problem.remedy), good: false });
      return null;
    } finally {
      work(false);
    }
  };
  return [act, told && html`<p class=${told.good ? "done" : "problem"} role=${told.good ? "status" : "alert"}>${told.text}</p>`, busy];
}
