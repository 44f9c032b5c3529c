// Asks for all that the first picture needs while the page's scripts are still on their way: an async module of its own,
// which waits for nothing but the few files that it names. Who may not see it is told so by the answers.
import { place, viewOf } from "./routes.js";
import { askAhead } from "./server.js";
import { loadWords } from "./words.js";

export const words = loadWords();
words.catch(() => {});
const view = viewOf(place());
view.load().catch(() => {});
for (const path of ["api/me", "api/house", ...(view.asks ?? [])]) askAhead(path);
