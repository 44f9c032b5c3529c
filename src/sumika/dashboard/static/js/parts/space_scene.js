// The room in three dimensions. House coordinates: x and y as on the plan, z upwards, metres.
import * as THREE from "../../vendor/three.module.min.js";
import { colour } from "../theme.js";
import { bonesOf } from "./bones.js";
import { TurnControl } from "./turn_control.js";

const MOST_POINTS = 4096, MOST_BONES = 256;
const HEIGHTS_M = { standing: 1.6, sitting: 1.15, lying: 0.35, unknown: 1.3 };
const FURNITURE_M = { bed: [2, 1.4, 0.45], sofa: [0.9, 1.8, 0.42], table: [0.8, 1.4, 0.72], desk: [0.6, 1.1, 0.72], kitchen: [0.65, 2.2, 0.85], bath: [1.5, 0.75, 0.55], tv: [0.2, 1.2, 1], wardrobe: [0.6, 1.4, 1.9] };

/** A scene in an element. */
export class SpaceScene {
  kind = "space";

  /** A scene of a room; `plain` where no graphics card helps: every point is then paid for by the processor. */
  constructor(holder, house, room, plain = false) {
    this.holder = holder;
    this.renderer = new THREE.WebGLRenderer({ antialias: !plain, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(plain ? 1 : 1.5, window.devicePixelRatio || 1));
    holder.prepend(this.renderer.domElement);
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(42, 1.6, 0.1, 60);
    this.camera.up.set(0, 0, 1);
    this.people = new Map();
    this.fixed = new THREE.Group();
    this.scene.add(this.fixed, new THREE.HemisphereLight(0xffffff, 0x888888, 2.4));
    this.#buildRoom(house, room);
    this.#buildPoints();
    const bones = new THREE.BufferGeometry();
    bones.setAttribute("position", new THREE.BufferAttribute(new Float32Array(6 * MOST_BONES), 3));
    bones.setDrawRange(0, 0);
    this.bones = new THREE.LineSegments(bones, new THREE.LineBasicMaterial());
    this.bones.frustumCulled = false;
    this.scene.add(this.bones);
    this.control = new TurnControl(this.renderer.domElement, this.camera, this.middle, this.size, () => this.draw());
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(holder);
    this.recolour = () => this.#colours();
    document.addEventListener("sumika-theme", this.recolour);
    this.#colours();
  }

  #buildRoom(house, room) {
    const { floor_m: floor, height_m: height = 2.4 } = room;
    const xs = floor.map(([x]) => x), ys = floor.map(([, y]) => y);
    this.size = Math.hypot(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), height);
    this.middle = new THREE.Vector3((Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2, height * 0.42);
    const shape = new THREE.Shape(floor.map(([x, y]) => new THREE.Vector2(x, y)));
    this.ground = new THREE.Mesh(new THREE.ShapeGeometry(shape), new THREE.MeshBasicMaterial({ side: THREE.DoubleSide }));
    const lines = [];
    floor.forEach(([x, y], n) => {
      const [nx, ny] = floor[(n + 1) % floor.length];
      lines.push(x, y, 0, nx, ny, 0, x, y, height, nx, ny, height, x, y, 0, x, y, height);
    });
    const edges = new THREE.BufferGeometry();
    edges.setAttribute("position", new THREE.Float32BufferAttribute(lines, 3));
    this.edges = new THREE.LineSegments(edges, new THREE.LineBasicMaterial());
    this.fixed.add(this.ground, this.edges);
    this.things = [];
    for (const piece of (house.furniture ?? []).filter((one) => one.room === room.id)) this.#buildPiece(piece);
    for (const radar of (house.radars ?? []).filter((one) => one.room === room.id)) {
      const cone = new THREE.Mesh(new THREE.SphereGeometry(0.07, 16, 12), new THREE.MeshBasicMaterial());
      cone.position.set(...radar.position_m);
      this.radar = cone;
      this.fixed.add(cone);
    }
  }

  #buildPiece({ kind, at_m: [x, y], heading_deg: heading = 0 }) {
    const [deep, wide, high] = FURNITURE_M[kind] ?? [0.5, 0.5, 0.5];
    const box = new THREE.LineSegments(new THREE.EdgesGeometry(new THREE.BoxGeometry(deep, wide, high)), new THREE.LineBasicMaterial({ transparent: true, opacity: 0.5 }));
    box.position.set(x, y, high / 2);
    box.rotation.z = (heading * Math.PI) / 180;
    this.things.push(box);
    this.fixed.add(box);
  }

  #buildPoints() {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array(3 * MOST_POINTS), 3));
    geometry.setAttribute("color", new THREE.BufferAttribute(new Float32Array(3 * MOST_POINTS), 3));
    this.cloud = new THREE.Points(geometry, new THREE.PointsMaterial({ size: 0.075, vertexColors: true }));
    this.cloud.frustumCulled = false;
    this.scene.add(this.cloud);
  }

  #colours() {
    const of = (name) => new THREE.Color(colour(name));
    this.scene.background = of("sunk");
    this.ground.material.color = of("card");
    this.edges.material.color = of("wall");
    for (const thing of this.things) thing.material.color = of("soft");
    if (this.radar) this.radar.material.color = of("care");
    this.near = of("warm");
    this.far = of("line");
    this.body = of("accent");
    this.bones.material.color = of("ink");
    for (const person of this.people.values()) person.material.color = this.body;
    this.draw();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.holder;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  /** Show points [{points, age}], the newest with age 0, and people. */
  show(layers, people) {
    const place = this.cloud.geometry.attributes.position, paint = this.cloud.geometry.attributes.color;
    const shade = new THREE.Color();
    let n = 0;
    for (const { points, age } of layers) {
      shade.copy(this.near).lerp(this.far, Math.min(1, age / 8));
      for (const { x, y, z } of points) {
        if (n >= MOST_POINTS) break;
        place.setXYZ(n, x, y, z);
        paint.setXYZ(n, shade.r, shade.g, shade.b);
        n += 1;
      }
    }
    this.cloud.geometry.setDrawRange(0, n);
    place.needsUpdate = true;
    paint.needsUpdate = true;
    this.#showPeople(people);
    const bones = people.flatMap((track) => bonesOf(track.pose)).slice(0, MOST_BONES), ends = this.bones.geometry.attributes.position;
    bones.flat().forEach((end, k) => ends.setXYZ(k, ...end));
    ends.needsUpdate = true;
    this.bones.geometry.setDrawRange(0, 2 * bones.length);
    this.holder.dataset.bones = bones.length;
    this.draw();
  }

  #showPeople(people) {
    const here = new Set(people.map((track) => track.id));
    for (const [id, body] of this.people) {
      if (here.has(id)) continue;
      this.scene.remove(body);
      body.geometry.dispose();
      this.people.delete(id);
    }
    for (const track of people) {
      if (!this.people.has(track.id)) {
        const body = new THREE.Mesh(new THREE.CapsuleGeometry(0.2, 1, 4, 14), new THREE.MeshLambertMaterial({ color: this.body, transparent: true }));
        this.people.set(track.id, body);
        this.scene.add(body);
      }
      this.#pose(this.people.get(track.id), track);
    }
  }

  #pose(body, track) {
    const posture = track.posture?.posture ?? "unknown";
    const height = HEIGHTS_M[posture];
    const isLying = posture === "lying";
    body.scale.set(1, isLying ? 1.15 : Math.max(0.3, height / 1.4), 1);
    body.rotation.set(isLying ? 0 : Math.PI / 2, 0, 0);
    body.position.set(track.position_m[0], track.position_m[1], isLying ? Math.max(0.25, track.position_m[2]) : height / 2);
    body.material.opacity = (track.pose ? 0.5 : 1) * (0.25 + 0.55 * track.existence);
  }

  draw() {
    this.renderer.render(this.scene, this.camera);
  }

  /** Give everything back. */
  end() {
    document.removeEventListener("sumika-theme", this.recolour);
    this.observer.disconnect();
    this.control.end();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.renderer.domElement.remove();
  }
}
