// Asks for all that the first picture needs while the page's scripts are still on their way: an async module of its own,
// which waits for nothing but the few files that it names. Who may not see it is told so by the answers.
import { place, viewOf } from "./routes.js";
import { get } from "./server.js";
import { loadWords } from "./words.js";

export const words = loadWords();
export const answers = Promise.all([get("api/me"), get("api/house")]);
for (const asked of [words, answers, viewOf(place()).load()]) asked.catch(() => {});
