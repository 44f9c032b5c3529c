// Icons: strokes on a grid of 24, drawn in the colour of the text beside them.
import { html } from "../../vendor/preact-htm.js";

const PATHS = {
  sun: "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  house: "M3.5 11 12 4l8.5 7M5.5 9.5V20h13V9.5M10 20v-5.5h4V20",
  person: "M12 5.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2M6.5 20v-2.5a5.5 5.5 0 0 1 11 0V20",
  plan: "M3.5 18c3-9 6-9 8.5-4s5.5 4 8.5-6M3.5 21h17",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10",
  bell: "M6 17v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4",
  paper: "M6.500 3.500h8l3.500 3.500v13.500h-11.500zM14 3.500V7.500h4M9.500 11.500h5.500M9.500 14.500h5.500M9.500 17.500h3",
  back: "M14.5 5 7.5 12l7 7",
  print: "M7 9V3.500h10V9M7 17H4V9h16v8h-3M7 14.500h10V20.500H7z",
  ruler: "M4 20V4l16 16zM8 16v-2.5l2.5 2.5z",
  chip: "M7 7h10v10H7zM10 7V3.5M14 7V3.5M10 20.5V17M14 20.5V17M7 10H3.5M7 14H3.5M20.5 10H17M20.5 14H17",
  pulse: "M3 12h4l2.5-7 4.5 14 2.5-7H21",
  key: "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l8.5-8.5M16 7l2.5 2.5M13.5 9.5l1.5 1.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  why: "M9.3 9a2.8 2.8 0 1 1 3.900 2.600c-.8.4-1.200.9-1.200 1.900M12 17h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  yes: "M5 12.5 10 17.5 19 7",
  language: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3.5 9h17M3.5 15h17M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
  dark: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  leave: "M14 4h5v16h-5M3.5 12H15M11 8l4 4-4 4",
  turn: "M19 6v5h-5M19 11a7 7 0 1 0 .2 4",
  talk: "M4 5.5h16v11h-8.500L7 20.500v-4H4zM8 9.500h8M8 12.500h5",
  undo: "M8 5 3.500 9.500 8 14M4 9.500h9.500a5.500 5.500 0 0 1 0 11H9",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
};

/** An icon; it says nothing to screen readers, the text beside it does. */
export function Icon({ name, size = 22 }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true" focusable="false">
    <path d=${PATHS[name] ?? ""} />
  </svg>`;
}
