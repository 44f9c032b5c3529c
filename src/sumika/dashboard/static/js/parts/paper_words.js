// What lists and the paper itself say alike: how far it has come, what is to be looked at, what is struck out.
import { html } from "../../vendor/preact-htm.js";
import { day } from "../format.js";
import { has, inLanguage, say } from "../words.js";

const TAGS = { verified: "info", struck: "care", approved: "good", refused: "bad" };
const CARE = ["care_day", "care_week"];

/** Whether a paper is about one resident, so that carers may decide on it. */
export const isCare = (paper) => CARE.includes(paper.kind);

/** Whether nobody has decided on it. */
export const isOpen = (paper) => !["approved", "refused"].includes(paper.status);

/** What a kind of paper is called in the reader's language. */
export const called = (names) => inLanguage(names?.en ?? "", names?.ja ?? "");

export const StatusTag = ({ status }) => html`<span class=${`tag ${TAGS[status] ?? ""}`}>${say(`papers.status.${status}`)}</span>`;

/** Text in pieces: those that are struck out are seen so, and heard so. */
export const Pieces = ({ pieces }) =>
  pieces.map((piece) => (piece.struck ? html`<del><span class="unseen">${say("papers.struck")} </span>${piece.text}</del>` : piece.text));

/** One line about what a person has to look at. */
export function LookLine({ look }) {
  const words = has(`desk.look.${look.what}`) ? say(`desk.look.${look.what}`) : look.what;
  return html`<span class=${look.edit ? "look" : "look soft"}><b>${words}</b>${look.pieces.length > 0 && html`: <${Pieces} pieces=${look.pieces} />`}</span>`;
}

/** The time a paper is about; its end is not included. */
export function periodOf({ begin_unix_s: begins, end_unix_s: ends, zone }) {
  if (typeof begins !== "number" || typeof ends !== "number") return "";
  const [first, last] = [day(begins, zone), day(ends - 1, zone)];
  return first === last ? first : `${first} – ${last}`;
}
