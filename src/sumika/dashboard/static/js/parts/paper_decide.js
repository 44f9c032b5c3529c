// A yes or a no to a paper, asked for twice: the log keeps it for good, with the name of who is logged in.
import { html, useEffect, useRef, useState } from "../../vendor/preact-htm.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";
import { useAct } from "./act.js";
import { isCare, isOpen } from "./paper_words.js";

const LONGEST_NOTE = 300;

/** The buttons; nothing for who may not, or where somebody has decided. */
export function Decide({ head, changed, onDone }) {
  const { me, may } = useSession();
  const [asks, ask] = useState("");
  const [act, told, busy] = useAct();
  const field = useRef(null);
  const buttons = useRef(null);
  const mayDecide = may("control") || (me.role === "carer" && isCare(head));
  useEffect(() => {
    if (asks) field.current?.focus();
  }, [asks]);
  if (!isOpen(head) || changed || !mayDecide) return told;
  const leave = () => {
    const before = asks;
    ask("");
    requestAnimationFrame(() => buttons.current?.querySelector(`[data-${before}]`)?.focus());
  };
  const decide = async (event) => {
    event.preventDefault();
    const reason = field.current.value.trim();
    const done = await act(() => post(`api/papers/${encodeURIComponent(head.id)}`, { decision: asks, reason, content: head.content }), say(`papers.${asks}.done`));
    if (done) ask("");
    onDone();
  };
  const needsNote = asks === "refuse" || head.status === "struck";
  return html`<section class="card decide" aria-labelledby="decide-title" onKeyDown=${(event) => event.key === "Escape" && asks && leave()}>
    <h2 id="decide-title">${say("papers.decide")}</h2>
    ${!asks && html`<p>${say(head.status === "struck" ? "papers.decide.struck" : head.looks.length ? "papers.decide.looks" : "papers.decide.long")}</p>
      <div class="row" ref=${buttons}><button type="button" class="button main" data-approve onClick=${() => ask("approve")}>${say("papers.approve")}</button>
        <button type="button" class="button grave" data-refuse onClick=${() => ask("refuse")}>${say("papers.refuse")}</button></div>`}
    ${asks && html`<form onSubmit=${decide} data-asks=${asks}><p><b>${say(`papers.${asks}.sure`, { user: me.user })}</b> ${say("papers.decide.for_good")}</p>
      <label class="field"><span>${say(needsNote ? "papers.reason" : "papers.reason.may")}</span><textarea ref=${field} name="reason" maxlength=${LONGEST_NOTE} required=${needsNote} rows="3"></textarea></label>
      <div class="row"><button class=${`button ${asks === "approve" ? "main" : "grave"}`} disabled=${busy}>${say(`papers.${asks}.do`)}</button>
        <button type="button" class="button" onClick=${leave}>${say("cancel")}</button></div></form>`}
    ${told}</section>`;
}
