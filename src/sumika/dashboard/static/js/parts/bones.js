// Which joints a body's bones join, by the names that the house tells them by.
const CHAINS = [
  ["SpineBase", "SpineMid", "SpineShoulder", "Neck", "Head"],
  ["SpineShoulder", "ShoulderLeft", "ElbowLeft", "WristLeft"],
  ["SpineShoulder", "ShoulderRight", "ElbowRight", "WristRight"],
  ["SpineBase", "HipLeft", "KneeLeft", "AnkleLeft", "FootLeft"],
  ["SpineBase", "HipRight", "KneeRight", "AnkleRight", "FootRight"],
];

/** The bones of a pose as pairs of points [x, y, z] in house coordinates; none where no pose is told. */
export function bonesOf(pose) {
  if (!pose) return [];
  const places = new Map(pose.joints.map((name, n) => [name, [pose.x_m[n], pose.y_m[n], pose.z_m[n]]]));
  return CHAINS.flatMap((chain) => chain.slice(1).map((name, n) => [places.get(chain[n]), places.get(name)])).filter(([from, to]) => from && to);
}
