// A radar's points in house coordinates: where it hangs and looks, as sumika.radar.tracking.mounting has it.
const COLUMNS = 9; // of POINT_COLUMNS in sumika.schema.points
const RANGE = 0, VELOCITY = 1, AZIMUTH = 2, ELEVATION = 3, ELEVATION_SIGMA = 7, SNR = 8;
const BLIND_RAD = (25 * Math.PI) / 180; // an angle with a larger sigma is as good as not measured

/** A message's float32 rows, wherever in memory they lie. */
function rowsOf(cloud) {
  const { rows } = cloud;
  return new Float32Array(rows.buffer.slice(rows.byteOffset, rows.byteOffset + cloud.count * COLUMNS * 4));
}

/** Points [{x, y, z, velocity, snr}] of one frame of a radar. */
export function housePoints(cloud, radar) {
  if (!cloud.usable || !cloud.count) return [];
  const rows = rowsOf(cloud);
  const yaw = ((radar.yaw_deg ?? 0) * Math.PI) / 180, pitch = ((radar.pitch_deg ?? 0) * Math.PI) / 180;
  const [px, py, pz] = radar.position_m;
  const points = [];
  for (let n = 0; n < cloud.count; n++) {
    const at = n * COLUMNS;
    const range = rows[at + RANGE], azimuth = rows[at + AZIMUTH], elevation = rows[at + ELEVATION];
    const forward = range * Math.cos(azimuth) * Math.cos(elevation);
    const right = range * Math.sin(azimuth) * Math.cos(elevation);
    const up = range * Math.sin(elevation);
    const ahead = forward * Math.cos(pitch) - up * Math.sin(pitch);
    points.push({
      x: px + ahead * Math.cos(yaw) + right * Math.sin(yaw),
      y: py + ahead * Math.sin(yaw) - right * Math.cos(yaw),
      z: pz + forward * Math.sin(pitch) + up * Math.cos(pitch),
      knowsHeight: rows[at + ELEVATION_SIGMA] < BLIND_RAD,
      velocity: rows[at + VELOCITY],
      snr: rows[at + SNR],
    });
  }
  return points;
}
