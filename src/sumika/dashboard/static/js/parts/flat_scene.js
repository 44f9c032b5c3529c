// The room from above, on a canvas: for browsers without WebGL. The same points and people as in space.
import { colour } from "../theme.js";
import { bonesOf } from "./bones.js";

/** A scene in an element. */
export class FlatScene {
  kind = "flat";

  constructor(holder, house, room) {
    Object.assign(this, { holder, room });
    this.radars = (house.radars ?? []).filter((radar) => radar.room === room.id);
    this.canvas = document.createElement("canvas");
    holder.prepend(this.canvas);
    this.last = [[], []];
    this.observer = new ResizeObserver(() => this.show(...this.last));
    this.observer.observe(holder);
  }

  #fit() {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const { clientWidth: width, clientHeight: height } = this.holder;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const xs = this.room.floor_m.map(([x]) => x), ys = this.room.floor_m.map(([, y]) => y);
    const wide = Math.max(...xs) - Math.min(...xs), high = Math.max(...ys) - Math.min(...ys);
    const metre = Math.min((width - 40) / wide, (height - 40) / high);
    const left = (width - wide * metre) / 2, top = (height - high * metre) / 2;
    return { pen, metre, x: (value) => left + (value - Math.min(...xs)) * metre, y: (value) => top + (Math.max(...ys) - value) * metre };
  }

  /** Show points [{points, age}] and people. */
  show(layers, people) {
    this.last = [layers, people];
    const { pen, metre, x, y } = this.#fit();
    pen.beginPath();
    this.room.floor_m.forEach(([px, py], n) => pen[n ? "lineTo" : "moveTo"](x(px), y(py)));
    pen.closePath();
    pen.fillStyle = colour("card");
    pen.fill();
    pen.strokeStyle = colour("wall");
    pen.lineWidth = 2;
    pen.stroke();
    pen.fillStyle = colour("warm");
    for (const { points, age } of layers) {
      pen.globalAlpha = Math.max(0.1, 1 - age / 8);
      for (const point of points) pen.fillRect(x(point.x) - 2, y(point.y) - 2, 4, 4);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colour("accent");
    for (const track of people) {
      pen.beginPath();
      pen.arc(x(track.position_m[0]), y(track.position_m[1]), 0.2 * metre, 0, 2 * Math.PI);
      pen.globalAlpha = 0.3 + 0.5 * track.existence;
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("ink");
    pen.beginPath();
    const bones = people.flatMap((track) => bonesOf(track.pose));
    for (const [from, to] of bones) {
      pen.moveTo(x(from[0]), y(from[1]));
      pen.lineTo(x(to[0]), y(to[1]));
    }
    pen.stroke();
    this.holder.dataset.bones = bones.length;
    pen.fillStyle = colour("care");
    for (const { position_m: [px, py] } of this.radars) pen.fillRect(x(px) - 4, y(py) - 4, 8, 8);
  }

  /** Give everything back. */
  end() {
    this.observer.disconnect();
    this.canvas.remove();
  }
}
