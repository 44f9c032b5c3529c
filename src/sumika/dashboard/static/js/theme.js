// Dark or light: as the system has it, until somebody chooses otherwise.
const KEPT_AS = "sumika.theme";

/** What was chosen: "dark", "light", or "" for as the system has it. */
export function theme() {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === "dark" || kept === "light" ? kept : "";
}

/** Keep a choice, or follow the one that was kept. */
export function chooseTheme(chosen = theme()) {
  if (chosen) localStorage.setItem(KEPT_AS, chosen);
  else localStorage.removeItem(KEPT_AS);
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  document.dispatchEvent(new CustomEvent("sumika-theme"));
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
