// Asks the server. Addresses are relative to the page, so that it also works behind somebody else's proxy.
import { hearDate } from "./live.js";
import { inLanguage, say } from "./words.js";

let csrf = "";
let onLoggedOut = () => {};

/** Remember what the server wants to see with every change. */
export function rememberCsrf(token) {
  csrf = token;
}

/** What to do when the server no longer knows us. */
export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

/** A question that was not answered, in words for people. */
export class Refused extends Error {
  constructor(status, told = {}) {
    super(inLanguage(told.problem, told.problem_ja) || say("server.silent"));
    this.status = status;
    this.where = told.where ?? "";
    this.remedy = inLanguage(told.remedy, told.remedy_ja) ?? "";
    this.told = told;
  }
}

async function asked(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-Sumika-CSRF"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(new URL(path, document.baseURI), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch {
    throw new Refused(0);
  }
  hearDate(answer.headers.get("Date"));
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const refused = new Refused(answer.status, told);
  if (answer.status === 401 && !path.startsWith("api/login")) onLoggedOut();
  throw refused;
}

const AHEAD_MS = 5000;
const ahead = new Map(); // path -> answer that nobody has wanted yet

/** Ask before anybody wants to know: who does soon gets this answer. One that failed is asked for again. */
export function askAhead(path) {
  const answer = asked("GET", path);
  const forget = () => ahead.get(path) === answer && ahead.delete(path);
  ahead.set(path, answer);
  answer.catch(forget);
  setTimeout(forget, AHEAD_MS);
}

/** Ask. */
export function get(path) {
  const answer = ahead.get(path);
  ahead.delete(path);
  return answer ?? asked("GET", path);
}

export const post = (path, body = {}) => asked("POST", path, body);
export const put = (path, body) => asked("PUT", path, body);
export const patch = (path, body) => asked("PATCH", path, body);
export const remove = (path) => asked("DELETE", path);

/** A path with its query. */
export function withQuery(path, values) {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return `${path}?${new URLSearchParams(known)}`;
}
