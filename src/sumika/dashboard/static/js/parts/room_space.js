// The room in space: points and people, at the radar's own pace. three.js where there is WebGL, else a drawing from above.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { number } from "../format.js";
import { onFrame, onMessage, watch } from "../live.js";
import { everybody } from "../people.js";
import { say } from "../words.js";
import { housePoints } from "./radar_points.js";

const KEPT_FRAMES = 8; // a frame holds few points: the last ones fade
const TOLD_EVERY_MS = 1000;

const IN_SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** What draws in three dimensions here: "" nothing (`?flat` in the address says so too), "processor", or "card". */
function drawnBy() {
  if (new URLSearchParams(location.search).has("flat")) return "";
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return "";
  const named = gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER;
  const by = IN_SOFTWARE.test(gl.getParameter(named)) ? "processor" : "card";
  // A browser gives few contexts: the one that was asked goes before the one that draws comes.
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return by;
}

/** The drawing. */
export function RoomSpace({ house, room }) {
  const holder = useRef(null);
  const [how, set] = useState({ kind: "", fps: 0, points: 0 });
  useEffect(() => {
    let scene = null, wanted = true;
    const stop = begin(house, room, () => scene, (told) => set((before) => ({ ...before, ...told })));
    makeScene(holder.current, house, room).then(
      (made) => {
        if (!wanted) return made.end();
        scene = made;
        set((before) => ({ ...before, kind: made.kind }));
      },
    );
    return () => {
      wanted = false;
      stop();
      scene?.end();
    };
  }, [room.id, house]);
  const people = everybody().people.filter((track) => track.room === room.id).length;
  return html`<div class="space" ref=${holder} data-kind=${how.kind} data-fps=${how.fps} data-points=${how.points} role="img"
      aria-label=${say("space.told", { people })}>
    <span class="note">${say(how.kind === "flat" ? "space.flat" : "space.turn")}${how.fps ? ` · ${number(how.fps)} fps` : ""}</span></div>`;
}

async function makeScene(holder, house, room) {
  const by = drawnBy();
  if (by) {
    try {
      const { SpaceScene } = await import("./space_scene.js");
      return new SpaceScene(holder, house, room, by === "processor");
    } catch {
      // The driver gave a context and could not use it: the drawing from above shows the same.
    }
  }
  const { FlatScene } = await import("./flat_scene.js");
  return new FlatScene(holder, house, room);
}

/** Gather frames and hand them to the scene, drawn when the screen is ready for it. */
function begin(house, room, scene, tell) {
  const radars = (house.radars ?? []).filter((radar) => radar.room === room.id);
  const frames = new Map(radars.map((radar) => [radar.id, []]));
  let due = 0, drawn = 0, since = performance.now();
  const stop = watch([...radars.map((radar) => `points/${radar.id}`), "tracks/house", "posture", "person_vitals", "pose"]);
  const hear = onMessage("points", (key, cloud) => {
    const kept = frames.get(key);
    if (!kept) return;
    kept.push(housePoints(cloud, radars.find((radar) => radar.id === key)));
    if (kept.length > KEPT_FRAMES) kept.shift();
  });
  const draw = () => {
    due = 0;
    const now = everybody();
    const layers = [...frames.values()].flatMap((kept) => kept.map((points, n) => ({ points, age: kept.length - 1 - n })));
    if (!scene()) since = performance.now();
    scene()?.show(layers, now.people.filter((track) => track.room === room.id), now.ghosts);
    drawn += 1;
    const passed = performance.now() - since;
    if (passed < TOLD_EVERY_MS) return;
    tell({ fps: Math.round((drawn * 1000) / passed), points: layers.reduce((sum, layer) => sum + layer.points.length, 0) });
    drawn = 0;
    since = performance.now();
  };
  const hang = onFrame((topics) => {
    if (!topics.has("points") && !topics.has("tracks")) return;
    due ||= requestAnimationFrame(draw);
  });
  return () => {
    stop();
    hear();
    hang();
    cancelAnimationFrame(due);
  };
}
