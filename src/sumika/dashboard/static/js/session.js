// Who is here and which house this is: known to every view.
import { createContext, useContext } from "../vendor/preact-htm.js";
import { get, rememberCsrf } from "./server.js";
import { keepZone } from "./format.js";
import { readHouse } from "./house_model.js";

export const Session = createContext(null);
export const useSession = () => useContext(Session);

/** Ask who is logged in; null: nobody. */
export async function whoIsHere() {
  const me = await get("api/me");
  rememberCsrf(me.csrf);
  return me;
}

/** Ask for the house as the page uses it. */
export async function askHouse() {
  const house = readHouse(await get("api/house"));
  keepZone(house.timezone);
  return house;
}
