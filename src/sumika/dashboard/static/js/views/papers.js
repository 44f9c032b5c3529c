// Papers: what the desk wrote from the records, what a person has to look at, and what could not be read. One is opened
// by its address; a yes or a no to it is asked for twice, since the log keeps it for good.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { day, moment, number, zoneKept } from "../format.js";
import { useAsked } from "../hooks.js";
import { nowMs } from "../live.js";
import { useAct } from "../parts/act.js";
import { Paper } from "../parts/paper.js";
import { LookLine, StatusTag, called, isOpen } from "../parts/paper_words.js";
import { to } from "../routes.js";
import { get, post, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { inLanguage, say, sentences } from "../words.js";

const WHICH = ["open", "approved", "refused", "all"];
const ON_A_PAGE = 20;
const AGAIN_MS = 1500;
const LOOKS_SHOWN = 3;

/** The view. */
export function View({ here }) {
  const [name] = here.parts;
  return name ? html`<${Paper} key=${name} name=${name} />` : html`<${Papers} />`;
}

function Papers() {
  const { may } = useSession();
  const [which, choose] = useState("open");
  const [page, turn] = useState(0);
  const asked = useAsked(() => get(withQuery("api/papers", { which, skip: page * ON_A_PAGE, most: ON_A_PAGE })), [which, page]);
  const told = asked.value;
  const waits = told?.orders?.some((order) => order.state === "waiting");
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(asked.reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const show = (wanted) => {
    choose(wanted);
    turn(0);
  };
  return html`<div class="head"><h1>${say("view.papers")}</h1><p>${say("papers.note")}</p></div>
    <div class="two">
      <div class="stack">
        <div class="choices which" role="group" aria-label=${say("papers.which")}>${WHICH.map((one) => html`<button type="button" aria-pressed=${one === which} onClick=${() => show(one)}>${say(`papers.which.${one}`)}${one === "open" && told?.open ? ` (${number(told.open)})` : ""}</button>`)}</div>
        ${asked.problem && html`<p class="problem" role="alert">${sentences(asked.problem.message, asked.problem.remedy)}</p>`}
        <section class="card" aria-busy=${asked.busy} data-papers=${told?.total ?? ""}><h2 class="unseen">${say(`papers.which.${which}`)}</h2>
          ${told && !told.papers.length && html`<p class="soft">${say(`papers.none.${which}`)}</p>`}
          ${!told && asked.busy && html`<p class="soft">${say("past.asking")}</p>`}
          <ul class="list papers">${(told?.papers ?? []).map((paper) => html`<${Line} key=${paper.id} paper=${paper} />`)}</ul>
          <${Pages} page=${page} total=${told?.total ?? 0} turn=${turn} /></section>
      </div>
      <div class="stack">
        ${may("control") && told && html`<${Write} kinds=${told.kinds} orders=${told.orders} reload=${asked.reload} />`}
        ${told?.files?.length > 0 && html`<${Files} files=${told.files} more=${told.more_files} />`}
      </div>
    </div>`;
}

/** One paper in the list. */
function Line({ paper }) {
  const looks = paper.looks.slice(0, LOOKS_SHOWN);
  const more = paper.looks.length - looks.length + paper.more_looks;
  return html`<li data-paper=${paper.id} data-status=${paper.status}>
    <div class="between"><a href=${to("papers", paper.id)} lang=${paper.language}>${paper.title}</a><${StatusTag} status=${paper.status} /></div>
    <span class="soft small">${[called(paper.called), paper.language === "ja" ? "日本語" : "English", say("papers.made", { when: moment(paper.made_unix_s, paper.zone) })].join(say("list.dot"))}
      ${paper.origin !== "live" && html` <span class="tag care">${say(`talk.origin.${paper.origin}`)}</span>`}</span>
    ${paper.decided_by && html`<span class="soft small">${decision(paper)}</span>`}
    ${isOpen(paper) && looks.length > 0 && html`<ul class="looks small">${looks.map((look) => html`<li lang=${paper.language}><${LookLine} look=${look} /></li>`)}
      ${more > 0 && html`<li class="soft">${say("papers.looks.more", { count: more })}</li>`}</ul>`}
  </li>`;
}

const decision = (paper) => [say(`papers.by.${paper.status}`, { by: paper.decided_by === "rule" ? say("papers.rule") : paper.decided_by, when: paper.decided_unix_s ? moment(paper.decided_unix_s, paper.zone) : "" }), paper.note].filter(Boolean).join(say("list.dot"));

function Pages({ page, total, turn }) {
  if (total <= ON_A_PAGE) return null;
  const last = Math.ceil(total / ON_A_PAGE) - 1;
  return html`<nav class="row apart pages" aria-label=${say("papers.pages")}>
    <button type="button" class="button tiny" disabled=${page === 0} onClick=${() => turn(page - 1)}>${say("papers.newer")}</button>
    <span class="soft small" role="status">${say("papers.page", { page: number(page + 1), pages: number(last + 1) })}</span>
    <button type="button" class="button tiny" disabled=${page >= last} onClick=${() => turn(page + 1)}>${say("papers.older")}</button></nav>`;
}

/** Have one written now. */
function Write({ kinds, orders, reload }) {
  const [kind, choose] = useState(kinds[0]?.kind ?? "");
  const [when, set] = useState(dayBefore());
  const [act, told, busy] = useAct();
  const chosen = kinds.find((one) => one.kind === kind);
  const isDated = chosen && chosen.span !== "none";
  const write = async (event) => {
    event.preventDefault();
    await act(() => post("api/papers", { kind, day: isDated ? when : "" }), say("papers.write.taken"));
    reload();
  };
  if (!kinds.length) return null;
  return html`<section class="card"><h2>${say("papers.write")}</h2><form onSubmit=${write}>
      <label class="field"><span>${say("papers.kind")}</span><select name="kind" value=${kind} onChange=${(event) => choose(event.target.value)}>${kinds.map((one) => html`<option value=${one.kind}>${called(one.called)}</option>`)}</select></label>
      ${isDated && html`<label class="field"><span>${say(`papers.span.${chosen.span}`)}</span><input type="date" name="day" value=${when} max=${isoDay(nowMs())} required onChange=${(event) => set(event.target.value)} /></label>`}
      <button class="button" disabled=${busy}>${say("papers.write.do")}</button></form>${told}
    ${orders.length > 0 && html`<h3 class="orders">${say("papers.orders")}</h3><ul class="list small" data-orders aria-live="polite">${orders.map((order) => html`<li data-state=${order.state}>
      <div class="between"><span>${[called(order.called), order.day].filter(Boolean).join(say("list.dot"))}</span><span class=${`tag ${{ written: "good", failed: "bad" }[order.state] ?? ""}`}>${say(`papers.order.${order.state}`)}</span></div>
      ${order.problem && html`<span class="soft" lang="en">${order.problem}</span>`}
      ${order.papers.map((name) => html`<a href=${to("papers", name)}>${name}</a>`)}</li>`)}</ul>`}</section>`;
}

// Sweden writes days as ISO 8601 does, and as fields of forms want them.
const isoDay = (ms) => new Intl.DateTimeFormat("sv-SE", { timeZone: zoneKept() || undefined }).format(new Date(ms));
const dayBefore = () => isoDay(nowMs() - 86_400_000);

function Files({ files, more }) {
  return html`<section class="card"><h2>${say("papers.files")}</h2><p class="soft small">${say("papers.files.long")}</p>
    <ul class="list small">${files.map((file) => html`<li><div class="between"><span class="file">${file.name}</span>${file.at_unix_s > 0 && html`<span class="soft">${day(file.at_unix_s)}</span>`}</div><span class="soft">${inLanguage(file.why.en, file.why.ja)}</span></li>`)}
      ${more > 0 && html`<li class="soft">${say("papers.files.more", { count: more })}</li>`}</ul></section>`;
}
