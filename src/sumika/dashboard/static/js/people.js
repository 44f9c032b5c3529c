// People as the house follows them: tracks, and what is known of each body. Vitals and postures come one message per
// person under one key, so the newest of each person is kept here.
import { ageS, newest, onMessage } from "./live.js";

const KEPT_S = 6;
const vitals = new Map(); // track -> PersonVitals
const postures = new Map(); // track -> Posture
const activities = new Map(); // track -> Activity
const exercises = new Map(); // track/student -> Exercise
const gestures = new Map(); // track -> Gesture
const poses = new Map(); // track -> Pose
const GESTURE_S = 20;
onMessage("exercise", (_, message) => exercises.set(`${message.track}/${message.student}`, message));
onMessage("gesture", (_, message) => gestures.set(message.track, message));
onMessage("pose", (_, message) => poses.set(message.track, message));
onMessage("person_vitals", (_, message) => vitals.set(message.track, message));
onMessage("posture", (_, message) => postures.set(message.track, message));
onMessage("activity", (_, message) => activities.set(message.track, message));

/** What somebody does, or null where nothing was told of late. */
export const activityOf = (track) => fresh(activities, track);

/** Which movement each student takes somebody's exercise for, the surest first; those that say nothing are left out. */
export const exercisesOf = (track) =>
  [...exercises.keys()].filter((key) => key.startsWith(`${track}/`)).map((key) => fresh(exercises, key)).filter((one) => one?.valid && one.movement)
    .sort((one, other) => other.probability - one.probability);

/** The gesture that somebody made last, or null. */
export const gestureOf = (track) => {
  const message = gestures.get(track);
  return message?.valid && ageS(message) <= GESTURE_S ? message : null;
};

/** Where somebody's joints are, or null where it is not told. */
export const poseOf = (track) => {
  const message = fresh(poses, track);
  return message?.valid ? message : null;
};

export const PEOPLE_TOPICS = ["tracks/house", "person_vitals", "posture"];

const fresh = (messages, track) => {
  const message = messages.get(track);
  if (message && ageS(message) > KEPT_S) {
    messages.delete(track);
    return null;
  }
  return message ?? null;
};

/**
 * Everybody who is followed now: {known, people, others, ghosts, count, reason}. `known` is false where nothing is heard
 * of tracks, or something old; guests are told a count and no places. `count` is null where nobody knows: nobody is seen
 * and a room cannot be.
 */
export function everybody() {
  const told = newest("tracks").get("house");
  if (!told || ageS(told) > KEPT_S) return { known: false, people: [], others: [], ghosts: [], count: null, reason: "" };
  const tracks = (told.tracks ?? []).map((track) => ({
    ...track,
    vitals: fresh(vitals, track.id),
    posture: fresh(postures, track.id),
    pose: poseOf(track.id),
  }));
  const people = tracks.filter((track) => track.kind === "person" || track.kind === "unknown");
  const count = told.count ?? people.length;
  const unseen = told.reason || told.blind?.length;
  return {
    known: !told.reason,
    people,
    others: tracks.filter((track) => !people.includes(track)),
    ghosts: told.ghosts ?? [],
    count: count || !unseen ? count : null,
    reason: told.reason ?? "",
  };
}

/** The newest estimate of a room, or null where it is old or none came: then nothing is known, which is not "empty". */
export function estimate(topic, room, oldestS = 5) {
  const message = newest(topic).get(room);
  return message && ageS(message) <= oldestS ? message : null;
}

/** Whether somebody is in a room: {probability, reason}; probability null: not known. */
export function presence(room) {
  const told = estimate("presence", room);
  if (!told) return { probability: null, reason: newest("presence").has(room) ? "stale" : "" };
  return { probability: told.probability, reason: told.reason, moving: told.moving };
}

/** Breath of one person where one is told, else of the room. Null where nothing is heard. */
export function breathOf(track) {
  const told = track.vitals?.respiration;
  if (told) return told;
  const room = estimate("respiration", track.room);
  return room && { ...room, value_bpm: room.rate_bpm };
}

/** Breaths a minute of a person, null where it cannot be measured now. */
export function breathRate(track) {
  const told = breathOf(track);
  return told?.valid ? told.value_bpm : null;
}
