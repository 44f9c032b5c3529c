// Turns the camera round a room: by dragging, by the wheel or two fingers, and by the keys.
const KEYS = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08] };

/** Control of a camera about a middle. */
export class TurnControl {
  constructor(element, camera, middle, size, changed) {
    Object.assign(this, { element, camera, middle, changed });
    this.yaw = -2.1;
    this.pitch = 0.62;
    // Far enough that a ball round the room fits into the picture.
    this.away = (size * 0.54) / Math.sin((camera.fov * Math.PI) / 360);
    this.fingers = new Map();
    element.tabIndex = 0;
    this.handlers = {
      pointerdown: (event) => this.#down(event), pointermove: (event) => this.#move(event), pointerup: (event) => this.fingers.delete(event.pointerId),
      pointercancel: (event) => this.fingers.delete(event.pointerId), wheel: (event) => this.#wheel(event), keydown: (event) => this.#key(event),
    };
    for (const [name, handler] of Object.entries(this.handlers)) element.addEventListener(name, handler, { passive: false });
    this.#place();
  }

  #down(event) {
    this.element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  #move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const apart = this.#spread();
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.fingers.size > 1) this.#zoom(apart / this.#spread());
    else this.#turn((before[0] - event.clientX) * 0.008, (event.clientY - before[1]) * 0.006);
  }

  #spread() {
    const [a, b] = [...this.fingers.values()];
    return b ? Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])) : 1;
  }

  #wheel(event) {
    event.preventDefault();
    this.#zoom(Math.exp(event.deltaY * 0.001));
  }

  #key(event) {
    const turned = KEYS[event.key];
    if (turned) this.#turn(...turned);
    else if (event.key === "+" || event.key === "-") this.#zoom(event.key === "+" ? 0.9 : 1.1);
    else return;
    event.preventDefault();
  }

  #turn(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.max(0.05, Math.min(1.5, this.pitch + pitch));
    this.#place();
    this.changed();
  }

  #zoom(by) {
    this.away = Math.max(1.5, Math.min(40, this.away * by));
    this.#place();
    this.changed();
  }

  #place() {
    const flat = Math.cos(this.pitch) * this.away;
    this.camera.position.set(this.middle.x + flat * Math.cos(this.yaw), this.middle.y + flat * Math.sin(this.yaw), this.middle.z + Math.sin(this.pitch) * this.away);
    this.camera.lookAt(this.middle);
  }

  /** Hear nothing any more. */
  end() {
    for (const [name, handler] of Object.entries(this.handlers)) this.element.removeEventListener(name, handler);
  }
}
