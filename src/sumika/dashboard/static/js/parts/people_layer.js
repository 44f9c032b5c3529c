// People on the floor plan: where they are, how they hold themselves, and a ring that breathes as they do. Ghosts are
// shown with what explains them.
import { html } from "../../vendor/preact-htm.js";
import { breathRate } from "../people.js";
import { number, percent } from "../format.js";
import { has, say } from "../words.js";
import { reasonShort } from "./why.js";

const MARKS = {
  standing: "M0-.13v.001M0-.07V.05M-.07-.02H.07M0 .05-.06.16M0 .05.06.16",
  sitting: "M-.04-.13v.001M-.04-.07V.05H.07V.15",
  lying: "M-.14.01h.001M-.08.02H.15",
  unknown: "M-.03-.06a.05.05 0 1 1 .06.06L0 .04M0 .11v.001",
};

/** A line about a person, for people. */
export function personLine(track) {
  const posture = track.posture?.posture ?? "unknown";
  const parts = [say(`track.${track.kind}`), say(`posture.${posture}`)];
  const rate = breathRate(track);
  if (rate !== null) parts.push(say("person.breath", { rate: number(rate, 1) }));
  parts.push(say("person.existence", { share: percent(track.existence) }));
  if (track.held_by === "memory") parts.push(say("person.memory"));
  else if (track.reason) parts.push(reasonShort(track.reason));
  return parts.join(say("list.comma"));
}

/** Everybody, on a plan whose metres `x` and `y` place. */
export function PeopleLayer({ people, others, ghosts, x, y, onChoose }) {
  return html`
    ${ghosts.map((ghost, n) => html`<${GhostMark} key=${`g${n}`} ghost=${ghost} x=${x} y=${y} onChoose=${onChoose} />`)}
    ${others.map((track) => html`<${Animal} key=${track.id} track=${track} x=${x} y=${y} onChoose=${onChoose} />`)}
    ${people.map((track) => html`<${Person} key=${track.id} track=${track} x=${x} y=${y} onChoose=${onChoose} />`)}`;
}

const chosen = (onChoose, track) => ({
  onClick: () => onChoose?.(track),
  onKeyDown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), onChoose?.(track)),
});

function Person({ track, x, y, onChoose }) {
  const [px, py] = track.position_m;
  const rate = breathRate(track);
  const told = personLine(track);
  // The ring takes as long as one breath; rounded, so that it does not begin anew with every decimal.
  const seconds = rate === null ? null : Math.round((60 / rate) * 5) / 5;
  return html`<g class=${`person ${track.held_by}`} data-track=${track.id} data-breath=${rate === null ? "" : rate.toFixed(1)}
      transform=${`translate(${x(px).toFixed(3)} ${y(py).toFixed(3)})`} opacity=${Math.max(0.35, track.existence)}
      role="button" tabindex="0" aria-label=${told} ...${chosen(onChoose, track)}>
    <title>${told}</title>
    ${seconds !== null && html`<circle class="ring" r="0.38" style=${{ animationDuration: `${seconds}s` }} />`}
    <circle class="body" r="0.22" />
    <path class="mark" d=${MARKS[track.posture?.posture ?? "unknown"]} />
  </g>`;
}

function Animal({ track, x, y, onChoose }) {
  const [px, py] = track.position_m;
  const told = personLine(track);
  return html`<g class="person" transform=${`translate(${x(px)} ${y(py)})`} role="button" tabindex="0" aria-label=${told} ...${chosen(onChoose, track)}>
    <title>${told}</title><circle class="body" r="0.11" />
  </g>`;
}

/** Why something that is seen is nobody. */
export function ghostLine(ghost) {
  const key = `ghost.${ghost.cause}`;
  return has(key) ? say(key, { detail: ghost.detail }) : ghost.cause;
}

function GhostMark({ ghost, x, y, onChoose }) {
  const [px, py] = ghost.position_m;
  const told = ghostLine(ghost);
  return html`<g class="ghost" data-ghost=${ghost.cause} transform=${`translate(${x(px)} ${y(py)})`} role="img" tabindex="0" aria-label=${told} ...${chosen(onChoose, ghost)}>
    <title>${told}</title><rect x="-0.2" y="-0.2" width="0.4" height="0.4" /><path d="M-.09-.09.09.09M.09-.09-.09.09" />
  </g>`;
}
