// A suspected fall is told on every view, with where and how long ago. It is a suspicion, and says so.
import { html } from "../../vendor/preact-htm.js";
import { useLive } from "../hooks.js";
import { ageS } from "../live.js";
import { roomName } from "../house_model.js";
import { to } from "../routes.js";
import { useSession } from "../session.js";
import { duration, percent } from "../format.js";
import { say } from "../words.js";
import { reasonText } from "./why.js";

const OLD_S = 30;

/** Suspected falls that are going on. */
export function fallsNow(live) {
  return [...live("suspected_fall").values()].filter((fall) => fall.stage === "suspected" && ageS(fall) < OLD_S);
}

/** The notice; nothing where nobody is suspected to have fallen. */
export function FallNotice() {
  const { house } = useSession();
  const live = useLive(["suspected_fall"], 2);
  return fallsNow(live).map((fall) => html`<div class="fall" role="alert" data-fall=${fall.room}>
    <b>${say("fall.title", { room: fall.room ? roomName(house, fall.room) : say("fall.somewhere") })}</b>
    <span>${reasonText(fall.reason)} ${say("fall.since", { ago: duration(fall.since_s), share: percent(fall.probability) })}</span>
    <a class="button tiny" href=${to("alarms")}>${say("view.alarms")}</a>
  </div>`);
}
