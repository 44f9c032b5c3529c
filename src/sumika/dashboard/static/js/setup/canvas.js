// The drawing board: a plan with a grid, that tells where on it in metres a hand is.
import { html, useRef } from "../../vendor/preact-htm.js";
import { bounds } from "../house_model.js";

/**
 * A board. `children({x, y, metre})` is drawn on it; `onDown/onMove/onUp` are called with [x, y] in metres and the event.
 */
export function Board({ rooms, label, picture, onDown, onMove, onUp, children }) {
  const svg = useRef(null);
  const kept = useRef(null);
  // The board does not move while something is dragged on it.
  if (!kept.current?.held) kept.current = { box: rooms.length ? bounds(rooms, 1.2) : { left: -1, right: 11, bottom: -1, top: 8 } };
  const { box } = kept.current;
  const wide = box.right - box.left, high = box.top - box.bottom;
  const at = (event) => {
    const shown = svg.current.getBoundingClientRect();
    const scale = Math.min(shown.width / wide, shown.height / high);
    const left = shown.left + (shown.width - wide * scale) / 2, top = shown.top + (shown.height - high * scale) / 2;
    return [box.left + (event.clientX - left) / scale, box.top - (event.clientY - top) / scale];
  };
  const hear = (name, handler) => (event) => {
    if (name === "down") {
      kept.current.held = true;
      svg.current.setPointerCapture(event.pointerId);
    }
    if (name === "up") kept.current.held = false;
    handler?.(at(event), event);
  };
  const x = (value) => value - box.left, y = (value) => box.top - value;
  return html`<svg ref=${svg} class="plan editor" viewBox=${`0 0 ${wide} ${high}`} role="group" aria-label=${label}
      onPointerDown=${hear("down", onDown)} onPointerMove=${hear("move", onMove)} onPointerUp=${hear("up", onUp)} onPointerCancel=${hear("up", onUp)}>
    <defs><pattern id="metres" width="1" height="1" patternUnits="userSpaceOnUse" x=${x(0) % 1} y=${y(0) % 1}><circle class="dots-grid" cx="0" cy="0" r="0.035" /></pattern></defs>
    <rect width=${wide} height=${high} fill="url(#metres)" />
    ${picture && html`<image href=${picture.address} x=${x(picture.left)} y=${y(picture.top)} width=${picture.wide_m} opacity="0.45" />`}
    ${children({ x, y })}
  </svg>`;
}

/** Snap a place to a grid. */
export const snapped = ([px, py], step) => [Math.round(px / step) * step, Math.round(py / step) * step];

/** Whether a place lies in a polygon. */
export function isInside([px, py], corners) {
  let inside = false;
  corners.forEach(([ax, ay], n) => {
    const [bx, by] = corners[(n + 1) % corners.length];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}
