// Where one is: the part of the address after #. Each view has one row here; `asks` is what its first picture needs,
// `where` what a house must have for it to be in the menu.
export const VIEWS = [
  { id: "today", icon: "sun", right: "house", asks: ["api/today"], load: () => import("./views/today.js") },
  { id: "house", icon: "house", right: "house", load: () => import("./views/house.js") },
  { id: "room", icon: "person", right: "house", load: () => import("./views/room.js") },
  { id: "plan", icon: "plan", right: "plan", load: () => import("./views/plan.js") },
  { id: "sleep", icon: "moon", right: "house", load: () => import("./views/sleep.js") },
  { id: "alarms", icon: "bell", right: "records", load: () => import("./views/alarms.js") },
  { id: "papers", icon: "paper", right: "vitals", where: "papers", load: () => import("./views/papers.js") },
  { id: "setup", icon: "ruler", right: "configure", load: () => import("./views/setup.js") },
  { id: "models", icon: "chip", right: "records", load: () => import("./views/models.js") },
  { id: "health", icon: "pulse", right: "records", load: () => import("./views/health.js") },
  { id: "account", icon: "key", right: "", load: () => import("./views/account.js") },
];

/** The row of a place. */
export const viewOf = (here) => VIEWS.find((view) => view.id === here.view) ?? VIEWS[0];

/** Views on a phone's bar; the others are behind "more". */
export const FIRST = ["today", "house", "plan", "alarms"];

// What somebody typed may be no address at all: "100%".
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The present place: {view, parts, query}. */
export function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...parts] = path.split("/").map(decoded);
  return { view: view || "today", parts, query: new URLSearchParams(query) };
}

/** The address of a place. */
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

/** Go there. */
export function go(...parts) {
  location.hash = to(...parts);
}

/** The token of the one-time link by which the first owner is made; empty without one. */
export function setupToken() {
  return /^#\/?\??(?:token|setup)=([\w-]+)/.exec(location.hash)?.[1] ?? "";
}
