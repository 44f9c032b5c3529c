// What views use to be drawn again when something that they show has changed.
import { useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { newest, onFrame, watch } from "./live.js";
import { onLanguage } from "./words.js";

/** Draw again whenever it is called. */
export function useRedraw() {
  const [, set] = useState(0);
  return () => set((count) => count + 1);
}

/**
 * Watch topics and draw again when they come, at most `hz` times a second.
 * Returns a function topic -> Map(key -> newest message).
 */
export function useLive(patterns, hz = 4) {
  const redraw = useRedraw();
  const drawn = useRef(0);
  const later = useRef(0);
  const joined = patterns.join(" ");
  useEffect(() => {
    const topics = new Set(patterns.map((pattern) => pattern.split("/")[0]));
    const stop = watch(patterns);
    const draw = () => {
      later.current = 0;
      drawn.current = performance.now();
      redraw();
    };
    const hang = onFrame((came) => {
      if (came.size && ![...came].some((topic) => topics.has(topic))) return;
      const wait = drawn.current + 1000 / hz - performance.now();
      if (wait <= 0) draw();
      else if (!later.current) later.current = setTimeout(draw, wait);
    });
    // What came, or changed, between the first drawing and now.
    draw();
    return () => {
      stop();
      hang();
      clearTimeout(later.current);
    };
  }, [joined, hz]);
  return newest;
}

/** Ask the server once, and again when `again` changes. Returns {value, problem, busy, reload}. */
export function useAsked(ask, again = []) {
  const [answer, set] = useState({ value: null, problem: null, busy: true });
  const turn = useRef(0);
  const load = async () => {
    const mine = ++turn.current;
    set((before) => ({ ...before, busy: true }));
    try {
      const value = await ask();
      if (mine === turn.current) set({ value, problem: null, busy: false });
    } catch (problem) {
      if (mine === turn.current) set((before) => ({ ...before, problem, busy: false }));
    }
  };
  useEffect(() => {
    load();
    return () => (turn.current += 1);
  }, again);
  return { ...answer, reload: load };
}

/** Draw again every so many seconds. */
export function useEvery(seconds, work) {
  const redraw = useRedraw();
  useEffect(() => {
    const timer = setInterval(() => (work ? work() : redraw()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}

/** Draw again when the language changes. */
export function useLanguage() {
  const redraw = useRedraw();
  useEffect(() => onLanguage(redraw), []);
}

/** Width in pixels of an element, kept up to date: [ref, width]. */
export function useWidth() {
  const ref = useRef(null);
  const [width, set] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => set(Math.round(entry.contentRect.width)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
