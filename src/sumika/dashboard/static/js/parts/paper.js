// One paper: what is to be looked at, contradictions first; its sentences, each with the rows it rests on; a yes or a no.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { moment, number } from "../format.js";
import { useAsked } from "../hooks.js";
import { to } from "../routes.js";
import { get } from "../server.js";
import { say, sentences } from "../words.js";
import { Icon } from "./icons.js";
import { Decide } from "./paper_decide.js";
import { LookLine, Pieces, StatusTag, called, periodOf } from "./paper_words.js";
import { RecordRow } from "./record_row.js";

let count = 0;

/** A paper, by its name. */
export function Paper({ name }) {
  const path = `api/papers/${encodeURIComponent(name)}`;
  const asked = useAsked(() => get(path), [name]);
  const told = asked.value;
  const heading = useRef(null);
  useEffect(() => heading.current?.focus(), [Boolean(told)]);
  if (!told)
    return html`<${Back} /><h1 class="unseen">${say("view.papers")}</h1>${asked.problem ? html`<p class="problem" role="alert">${sentences(asked.problem.message, asked.problem.remedy)}</p>` : html`<p class="soft" role="status">${say("past.asking")}</p>`}`;
  const { head } = told;
  const rows = new Map(told.rows.map((row) => [row.number, { ...row, zone: head.zone }]));
  return html`<${Back} />
    <article class="paper" data-paper=${head.id} data-status=${head.status}>
      ${head.origin !== "live" && html`<p class="banner own" role="note">${say(`papers.banner.${head.origin}`)}</p>`}
      <h1 tabindex="-1" ref=${heading} lang=${head.language}><${Pieces} pieces=${told.title.pieces} /></h1>
      <${Facts} told=${told} />
      ${told.changed && html`<p class="problem" role="alert">${say("papers.changed")}</p>`}
      <div class="row tools"><a class="button" href=${`${path}/pdf`} download>${say("papers.pdf")}</a>
        <button type="button" class="button" onClick=${() => window.print()}><${Icon} name="print" size="19" />${say("papers.print")}</button></div>
      ${head.looks.length > 0 && html`<${Looks} head=${head} rows=${rows} />`}
      ${told.sections.map((section) => html`<${Section} section=${section} rows=${rows} language=${head.language} />`)}
      ${told.left_out > 0 && html`<p class="hint">${say("papers.left_out", { count: number(told.left_out) })}</p>`}
      <${Decide} head=${head} changed=${told.changed} onDone=${asked.reload} />
    </article>`;
}

const Back = () => html`<p class="back"><a href=${to("papers")}><${Icon} name="back" size="18" />${say("papers.back")}</a></p>`;

function Facts({ told }) {
  const { head } = told;
  const facts = [
    ["status", html`<${StatusTag} status=${head.status} />`],
    ["kind", called(head.called)],
    ["period", periodOf(head)],
    ["written", moment(head.made_unix_s, head.zone)],
    ["responsible", told.written_by],
    ["prose", told.prose_by],
    ["decided", head.decided_by && [head.decided_by === "rule" ? say("papers.rule") : head.decided_by, head.decided_unix_s && moment(head.decided_unix_s, head.zone), head.note].filter(Boolean).join(say("list.dot"))],
  ].filter(([, said]) => said);
  return html`<dl class="facts">${facts.map(([what, said]) => html`<div><dt>${say(`papers.fact.${what}`)}</dt><dd data-fact=${what}>${said}</dd></div>`)}</dl>`;
}

/** What a person has to look at. */
function Looks({ head, rows }) {
  return html`<section class="card looks-card"><h2>${say("papers.looks")}</h2><ul class="list">${head.looks.map((look) => html`<li data-look=${look.what} lang=${head.language}><${LookLine} look=${look} /><${Rows} numbers=${look.rows} rows=${rows} /></li>`)}</ul></section>`;
}

function Section({ section, rows, language }) {
  return html`<section class="part" lang=${language}><h2><${Pieces} pieces=${section.title.pieces} /></h2>
    ${section.sentences.length > 0 && html`<ul class="said">${section.sentences.map((one) => html`<li><${Sentence} one=${one} rows=${rows} /></li>`)}</ul>`}
    ${section.table && html`<${Table} table=${section.table} rows=${rows} label=${section.title.pieces.map((piece) => piece.text).join("")} />`}</section>`;
}

function Sentence({ one, rows }) {
  return html`<span><${Pieces} pieces=${one.pieces} /></span> <${Rows} numbers=${one.rows} more=${one.more_rows} rows=${rows} />
    ${one.plain && html`<details class="plain"><summary>${say("papers.plain")}</summary>${one.plain}</details>`}`;
}

/** A button with the rows behind it; nothing where there are none. */
function Rows({ numbers, rows, more = 0 }) {
  const [open, set] = useState(false);
  const [id] = useState(() => `paper-rows-${++count}`);
  const shown = numbers.map((each) => rows.get(each)).filter(Boolean);
  if (!shown.length) return null;
  return html`<button type="button" class="talk-source" aria-expanded=${open} aria-controls=${id} onClick=${() => set(!open)}>${say("talk.rows", { count: shown.length + more })}</button>
    ${open && html`<${RowList} id=${id} shown=${shown} more=${more} />`}`;
}

function RowList({ id, shown, more }) {
  return html`<ul id=${id} class="talk-rows">${shown.map((row) => html`<${RecordRow} row=${row} zone=${row.zone} />`)}
    ${more > 0 && html`<li class="soft">${say("talk.rows.more", { count: more })}</li>`}</ul>`;
}

/** A table; the rows behind all cells of one line are behind one button at its end. */
function Table({ table, rows, label }) {
  const sides = table.columns.map((_, n) => (n > 0 && table.rows.some((cells) => cells[n] && isFigure(cells[n])) ? "number" : ""));
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}><table><thead><tr>${table.columns.map((title, n) => html`<th scope="col" class=${sides[n]}>${title}</th>`)}<th scope="col"><span class="unseen">${say("papers.rests_on")}</span></th></tr></thead>
    <tbody>${table.rows.map((cells) => html`<${Line} cells=${cells} rows=${rows} sides=${sides} />`)}</tbody></table></div>`;
}

function Line({ cells, rows, sides }) {
  const [open, set] = useState(false);
  const [id] = useState(() => `paper-rows-${++count}`);
  const numbers = [...new Set(cells.flatMap((cell) => cell.rows))];
  const shown = numbers.map((each) => rows.get(each)).filter(Boolean);
  const more = cells.reduce((sum, cell) => sum + cell.more_rows, 0);
  const [first, ...others] = cells;
  return html`<tr><th scope="row"><${Pieces} pieces=${first?.pieces ?? []} /></th>${others.map((cell, n) => html`<td class=${sides[n + 1]}><${Pieces} pieces=${cell.pieces} /></td>`)}
      <td class="end">${shown.length > 0 && html`<button type="button" class="talk-source" aria-expanded=${open} aria-controls=${id} onClick=${() => set(!open)}>${say("talk.rows", { count: shown.length + more })}</button>`}</td></tr>
    ${open && html`<tr class="behind"><td colspan=${cells.length + 1}><${RowList} id=${id} shown=${shown} more=${more} /></td></tr>`}`;
}

const isFigure = (cell) => /^[\d.,:%°\-–−+¥€ ]*\d[^\p{L}]*\p{L}{0,4}$/u.test(cell.pieces.map((piece) => piece.text).join(""));
