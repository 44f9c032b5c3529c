// Talking to the house: what was said, what it answered, and on which rows each sentence rests.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { language, say, sentences } from "../words.js";
import { Icon } from "./icons.js";
import { RecordRow } from "./record_row.js";

const LONGEST = 500;
const MOST_KEPT = 60;
// Kept while the page is open, and nowhere else: what is said at home is nobody's later reading.
const kept = { said: [], conversation: "" };
let count = 0;

/** The panel. `onClose` when it is to go. */
export function Talk({ onClose }) {
  const { house } = useSession();
  const [said, show] = useState(kept.said);
  const [busy, work] = useState(false);
  const field = useRef(null);
  const end = useRef(null);
  const add = (...news) => {
    kept.said = [...kept.said, ...news.map((one) => ({ ...one, key: ++count }))].slice(-MOST_KEPT);
    show(kept.said);
  };
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    // A long answer is read from its beginning.
    const answer = end.current?.previousElementSibling;
    const isLong = answer && answer.offsetHeight > end.current.parentElement.clientHeight - 40;
    (isLong ? answer : end.current)?.scrollIntoView({ block: isLong ? "start" : "end" });
  }, [said, busy]);
  const ask = async (body, words) => {
    if (busy) return;
    add({ who: "me", text: words });
    work(true);
    try {
      const answer = await post("api/talk", { conversation: kept.conversation, ...body });
      kept.conversation = answer.conversation;
      add({ who: "house", answer });
    } catch (problem) {
      add({ who: "house", problem: sentences(problem.message, problem.remedy) });
    } finally {
      work(false);
      field.current?.focus();
    }
  };
  const send = (event) => {
    event.preventDefault();
    const text = field.current.value.trim();
    if (!text || busy) return;
    field.current.value = "";
    ask({ text }, text);
  };
  const key = (event) => event.key === "Escape" && onClose();
  const last = said.length - 1;
  return html`<section id="talk" class="talk" role="dialog" aria-labelledby="talk-title" onKeyDown=${key}>
    <header class="row apart"><h2 id="talk-title">${say("talk.title")}</h2>
      <button type="button" class="switch" aria-label=${say("talk.close")} onClick=${onClose}><${Icon} name="close" size="20" /></button></header>
    ${house.origin && house.origin !== "live" && html`<p class="banner" role="note">${say(`banner.${house.origin}.page`)}</p>`}
    <div class="talk-log" role="log" aria-live="polite" aria-busy=${busy} tabindex="0" aria-label=${say("talk.log")}>
      ${!said.length && html`<${Begin} ask=${(text) => ask({ text }, text)} />`}
      ${said.map((one, n) => html`<${One} key=${one.key} one=${one} isLast=${n === last && !busy} ask=${ask} />`)}
      ${busy && html`<p class="talk-wait" role="status">${say("talk.wait")}</p>`}
      <div ref=${end}></div>
    </div>
    <form onSubmit=${send}><label class="unseen" for="talk-text">${say("talk.say")}</label>
      <input id="talk-text" ref=${field} name="text" maxlength=${LONGEST} autocomplete="off" placeholder=${say("talk.say")} enterkeyhint="send" />
      <button class="button main" disabled=${busy}>${say("talk.send")}</button></form>
  </section>`;
}

/** What one can say, for who opens it for the first time. */
function Begin({ ask }) {
  return html`<div class="talk-begin"><p class="soft">${say("talk.hint")}</p>
    <div class="row">${["1", "2", "3", "4"].map((n) => html`<button type="button" class="button tiny" onClick=${() => ask(say(`talk.example.${n}`))}>${say(`talk.example.${n}`)}</button>`)}</div></div>`;
}

function One({ one, isLast, ask }) {
  if (one.who === "me") return html`<p class="talk-me"><span class="unseen">${say("talk.you")}</span>${one.text}</p>`;
  if (one.problem) return html`<p class="problem" role="alert">${one.problem}</p>`;
  const { answer } = one;
  return html`<div class="talk-house" lang=${answer.language} data-tool=${answer.tool} data-refused=${answer.refused}>
    <span class="unseen">${say("talk.house")}</span>
    ${answer.sentences.map((sentence) => html`<${Sentence} sentence=${sentence} />`)}
    ${answer.origin !== "live" && answer.sentences.some((each) => each.rows.length) && html`<span class="tag care">${say(`talk.origin.${answer.origin}`)}</span>`}
    ${isLast && answer.choices.length > 0 && html`<div class="row">${answer.choices.map((choice) => html`<button type="button" class="button tiny" data-choice onClick=${() => ask({ text: choice, language: answer.language }, choice)}>${choice}</button>`)}</div>`}
    ${isLast && answer.undoable && html`<div class="row"><button type="button" class="button tiny" data-undo onClick=${() => ask({ undo: true, language: language() }, say("talk.undo"))}><${Icon} name="undo" size="17" />${say("talk.undo")}</button></div>`}
  </div>`;
}

/** One sentence; its rows are behind a button. */
function Sentence({ sentence }) {
  const [open, set] = useState(false);
  const [id] = useState(() => `rows-${++count}`);
  if (!sentence.rows.length) return html`<p>${sentence.text}</p>`;
  const rows = sentence.rows.length + sentence.more_rows;
  return html`<p>${sentence.text} <button type="button" class="talk-source" aria-expanded=${open} aria-controls=${id} onClick=${() => set(!open)}>${say("talk.rows", { count: rows })}</button></p>
    ${open && html`<ul id=${id} class="talk-rows">${sentence.rows.map((row) => html`<${RecordRow} row=${row} />`)}
      ${sentence.more_rows > 0 && html`<li class="soft">${say("talk.rows.more", { count: sentence.more_rows })}</li>`}</ul>`}`;
}
