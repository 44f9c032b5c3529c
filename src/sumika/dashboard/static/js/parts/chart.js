// Small charts over the two days of a plan, all on one time axis. Drawn as SVG, so that each is a picture with words.
import { html } from "../../vendor/preact-htm.js";
import { clock, day, number } from "../format.js";

export const LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 22;

/** Scales of a chart: `x` of unix seconds, `y` of values. */
export function scales(outlook, width, height, low, high) {
  const begins = outlook.begins_unix_s[0], ends = outlook.ends_unix_s;
  const wide = Math.max(1, width - LEFT - RIGHT), tall = height - TOP - BOTTOM;
  return {
    x: (unixS) => LEFT + ((unixS - begins) / (ends - begins)) * wide,
    y: (value) => TOP + (1 - (value - low) / (high - low || 1)) * tall,
    unixAt: (px) => begins + ((px - LEFT) / wide) * (ends - begins),
    valueAt: (py) => low + (1 - (py - TOP) / tall) * (high - low),
    low, high, width, height,
  };
}

/** Bounds that leave air above and below, at least `least` apart. */
export function range(values, least) {
  const known = values.filter((value) => typeof value === "number" && Number.isFinite(value));
  if (!known.length) return [0, least];
  const low = Math.min(...known), high = Math.max(...known);
  const pad = Math.max((least - (high - low)) / 2, (high - low) * 0.08, 0);
  return [low - pad, high + pad];
}

/** End of a step. */
export const endOf = (outlook, step) => outlook.begins_unix_s[step + 1] ?? outlook.ends_unix_s;

/** A chart's frame: hours below, values at the left. */
export function Chart({ outlook, scale, label, ticks = 3, unit = "", digits = 0, role = "img", children }) {
  const { width, height, low, high } = scale;
  const lines = Array.from({ length: ticks }, (_, n) => low + ((high - low) * n) / (ticks - 1));
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${height}`} role=${role} aria-label=${label}>
    ${lines.map((value) => html`<line class="grid-line" x1=${LEFT} x2=${width - RIGHT} y1=${scale.y(value)} y2=${scale.y(value)} />
      <text class="end" x=${LEFT - 6} y=${scale.y(value) + 4}>${number(value, digits)}${unit}</text>`)}
    ${hours(outlook, width).map(({ at, isMidnight }) => html`
      ${isMidnight && html`<line class="midnight" x1=${scale.x(at)} x2=${scale.x(at)} y1=${TOP} y2=${height - BOTTOM} />`}
      <text class="mid" x=${scale.x(at)} y=${height - 6}>${isMidnight ? day(at, outlook.zone) : clock(at, outlook.zone)}</text>`)}
    ${children}
  </svg>`;
}

/** Hours to be written below: every third on a wide chart, every twelfth on a phone. */
function hours(outlook, width) {
  const every = width > 760 ? 3 : width > 480 ? 6 : 12;
  const found = [];
  const begins = Math.ceil(outlook.begins_unix_s[0] / 3600) * 3600;
  for (let at = begins; at < outlook.ends_unix_s - 1800; at += 3600) {
    const hour = Number(clock(at, outlook.zone).slice(0, 2));
    if (hour % every === 0) found.push({ at, isMidnight: hour === 0 });
  }
  return found;
}

/** A line through the ends of steps; breaks where a value is missing. */
export function linePath(outlook, values, { x, y }) {
  let isDown = false;
  return values.map((value, step) => {
    if (typeof value !== "number") {
      isDown = false;
      return "";
    }
    const part = `${isDown ? "L" : "M"}${x(endOf(outlook, step)).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = true;
    return part;
  }).join("");
}

/** The area between two lines; one for each stretch in which both are known. */
export function areaPath(outlook, lows, highs, { x, y }) {
  const parts = [];
  let stretch = [];
  const close = () => {
    if (stretch.length > 1) {
      const there = stretch.map((step) => `${x(endOf(outlook, step)).toFixed(1)} ${y(highs[step]).toFixed(1)}`);
      const back = [...stretch].reverse().map((step) => `${x(endOf(outlook, step)).toFixed(1)} ${y(lows[step]).toFixed(1)}`);
      parts.push(`M${[...there, ...back].join("L")}Z`);
    }
    stretch = [];
  };
  outlook.begins_unix_s.forEach((_, step) => {
    if (typeof lows[step] === "number" && typeof highs[step] === "number") stretch.push(step);
    else close();
  });
  close();
  return parts.join("");
}

/** Bars of a series, one a step, from the bottom. */
export function Bars({ outlook, values, scale, shade }) {
  const base = scale.y(Math.max(scale.low, 0));
  return values.map((value, step) => {
    const from = scale.x(outlook.begins_unix_s[step]), to = scale.x(endOf(outlook, step));
    const top = Math.min(scale.y(value), base);
    return html`<rect class=${shade(value)} x=${from} y=${top} width=${to - from + 0.3} height=${Math.max(0, Math.abs(base - scale.y(value)))} />`;
  });
}
