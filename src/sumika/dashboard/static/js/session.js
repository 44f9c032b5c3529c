// Who is here and which house this is: known to every view.
import { createContext, useContext } from "../vendor/preact-htm.js";
import { get, rememberCsrf } from "./server.js";
import { readHouse } from "./house_model.js";

export const Session = createContext(null);
export const useSession = () => useContext(Session);

/** Ask who is logged in, or take the answer of a server that was asked before. */
export async function whoIsHere(answer = get("api/me")) {
  const me = await answer;
  rememberCsrf(me.csrf);
  return me;
}

/** Ask for the house as the page uses it, or take the answer of a server that was asked before. */
export async function askHouse(answer = get("api/house")) {
  return readHouse(await answer);
}
