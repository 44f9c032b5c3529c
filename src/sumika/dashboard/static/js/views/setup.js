// Set up the house: floor plan, radars, calibration, devices, raw signals, and every change taken back.
import { html } from "../../vendor/preact-htm.js";
import { useRedraw } from "../hooks.js";
import { go } from "../routes.js";
import { Backups, Changes, Problems } from "../setup/changes.js";
import { DevicesAndScan } from "../setup/devices.js";
import { copyOf, editsBetween, housePreview, rebased } from "../setup/draft.js";
import { EmptyRoom } from "../setup/empty_room.js";
import { Radars } from "../setup/radars.js";
import { Rooms } from "../setup/rooms.js";
import { RawSignals } from "../setup/signals.js";
import { Walk } from "../setup/walk.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const TABS = { rooms: Rooms, radars: Radars, walk: Walk, empty: EmptyRoom, devices: DevicesAndScan, signals: RawSignals, backups: null };

// Open changes outlive a look at another view; they are gone with the page, and nothing was written.
const open = { base: null, draft: null };

/** The view. */
export function View({ here }) {
  const { house, refresh } = useSession();
  const redraw = useRedraw();
  if (!open.draft) Object.assign(open, { base: house, draft: copyOf(house) });
  // Against what was there when it was begun: against what others wrote since, it would take their changes back.
  const edits = editsBetween(open.base, open.draft);
  if (open.base.hash !== house.hash && !edits.length) Object.assign(open, { base: house, draft: copyOf(house) });
  const tab = here.parts[0] in TABS ? here.parts[0] : "rooms";
  const change = (what) => {
    open.draft = { ...open.draft, ...what };
    redraw();
  };
  const begin = async () => {
    open.draft = null;
    await refresh();
  };
  const rebase = () => {
    Object.assign(open, { draft: rebased(open.base, open.draft, house), base: house });
    redraw();
  };
  const Part = TABS[tab];
  const preview = housePreview(house, open.draft);
  return html`<div class="head"><h1>${say("view.setup")}</h1>${house.file && html`<p class="small" title=${house.file}>${house.file.split(/[\\/]/).slice(-2).join("/")}</p>`}</div>
    <div class="choices" role="group" aria-label=${say("view.setup")} style=${{ marginBottom: "16px" }}>${Object.keys(TABS).map((one) => html`<button type="button" aria-pressed=${one === tab} onClick=${() => go("setup", one)}>${say(`setup.${one}`)}</button>`)}</div>
    <div class="stack">      ${!edits.length && house.problems?.length > 0 && html`<details><summary>${say("setup.warnings", { count: house.problems.length })}</summary><${Problems} problems=${house.problems} /></details>`}
      ${Part ? html`<${Part} key=${tab} draft=${open.draft} change=${change} preview=${preview} />` : html`<${Backups} onDone=${begin} />`}
      <${Changes} edits=${edits} base=${open.base} onDone=${begin} onDiscard=${begin} onRebase=${rebase} /></div>`;
}
