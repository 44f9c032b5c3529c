// Sentences in the language of the reader. Two dictionaries: the page's own, and the words that the whole house uses
// for reasons, rules and events (made from sumika.text by tools/page_words.py).
const KEPT_AS = "sumika.language";
export const LANGUAGES = ["ja", "en"];
const spoken = { language: "en", words: {}, fallback: {} };
const listeners = new Set();

/** The browser's language, or the one that was chosen here. */
function wanted() {
  const kept = localStorage.getItem(KEPT_AS);
  if (LANGUAGES.includes(kept)) return kept;
  const first = (navigator.languages ?? [navigator.language]).find((tag) => LANGUAGES.includes(tag.slice(0, 2)));
  return first ? first.slice(0, 2) : "en";
}

/** Whether somebody chose a language in this browser. */
export const isChosen = () => LANGUAGES.includes(localStorage.getItem(KEPT_AS));

async function dictionary(name) {
  const answer = await fetch(new URL(`../text/${name}.json`, import.meta.url));
  return answer.json();
}

/** Load a language and make it the page's. */
export async function loadWords(language = wanted()) {
  const [own, house] = await Promise.all([dictionary(language), dictionary(`house.${language}`)]);
  spoken.language = language;
  spoken.words = { ...house, ...own };
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

/** Choose a language and keep it. */
export async function chooseLanguage(language) {
  localStorage.setItem(KEPT_AS, language);
  await loadWords(language);
}

export const language = () => spoken.language;
export const isJapanese = () => spoken.language === "ja";

/** Call back at every change of the language; returns how to stop that. */
export function onLanguage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether there is such a sentence. */
export const has = (key) => key in spoken.words;

/** A sentence; `{name}` in it is replaced. A key that is missing is shown, so that it is found. Of `{count}` things that
 * are one, the sentence is `KEY.only`, where the language has such a one. */
export function say(key, values = {}) {
  const words = (values.count === 1 && spoken.words[`${key}.only`]) || spoken.words[key];
  if (words === undefined) return key;
  // Sentences of the house carry Python's formats ({ppm:.0f}); the page fills them in likewise.
  return words.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, format) => filled(values[name], format));
}

/** Sentences one after another, each with its end; those that are empty are left out. */
export function sentences(...parts) {
  const ended = (text) => (/[.!?:。！？：）)]$/.test(text) ? text : `${text}${isJapanese() ? "。" : "."}`);
  return parts.filter(Boolean).map((text, n, all) => (n < all.length - 1 ? ended(text) : text)).join(isJapanese() ? "" : " ");
}

function filled(value, format) {
  if (value === undefined || value === null) return "";
  const digits = /^\.(\d)f$/.exec(format ?? "");
  return digits && typeof value === "number" ? value.toFixed(Number(digits[1])) : String(value);
}

/** The one of two languages that is read: messages carry both. */
export const inLanguage = (english, japanese) => (isJapanese() && japanese ? japanese : english);
