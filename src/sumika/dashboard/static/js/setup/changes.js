// What is about to be written: checked by the server, shown as a difference, written with a backup, and taken back.
import { html, useState } from "../../vendor/preact-htm.js";
import { moment } from "../format.js";
import { useAsked } from "../hooks.js";
import { useAct } from "../parts/act.js";
import { get, post, put } from "../server.js";
import { useSession } from "../session.js";
import { inLanguage, say } from "../words.js";

/** The bar of open changes; `edits` are against the house `base`, which somebody else may have changed since. */
export function Changes({ edits, base, onDone, onDiscard, onRebase }) {
  const { house, refresh } = useSession();
  const [seen, see] = useState(null);
  const [act, told, busy] = useAct();
  const body = { edits, base_hash: base.hash };
  const overtaken = house.hash !== base.hash;
  const asked = (ask) => () => ask().catch(async (problem) => {
    if (problem.status === 409) await refresh().catch(() => {}); // what they wrote is seen, and mine can be put upon it
    throw problem;
  });
  const look = async () => see(await act(asked(() => put("api/house/preview", body))));
  const write = async () => {
    const answer = await act(asked(() => post("api/house/apply", body)), (done) => say(done.restart_needed ? "changes.written.restart" : "changes.written"));
    if (answer) {
      see(null);
      await onDone();
    }
  };
  if (!edits.length) return told && html`<div class="changes">${told}</div>`;
  return html`<section class="card changes" data-edits=${edits.length}><div class="row apart"><b>${say("changes.open", { count: edits.length })}</b>
      <div class="row"><button type="button" class="button tiny" onClick=${() => (see(null), onDiscard())}>${say("changes.discard")}</button>
        <button type="button" class="button tiny" disabled=${busy || overtaken} onClick=${look}>${say("changes.preview")}</button>
        <button type="button" class="button main tiny" disabled=${busy || overtaken || !seen?.usable} onClick=${write}>${say("changes.write")}</button></div></div>
    ${told}${overtaken && html`<p class="hint" role="note">${say("changes.overtaken")} <button type="button" class="button tiny" onClick=${() => (see(null), onRebase())}>${say("changes.rebase")}</button></p>`}
    ${seen && !overtaken && html`<${Problems} problems=${seen.problems} />${seen.usable && html`<p class="done" role="status">${say("changes.usable")}</p>`}<${Difference} text=${seen.diff} />`}</section>`;
}

export function Problems({ problems }) {
  return problems.map((one) => html`<p class=${one.warning ? "hint" : "problem"} role=${one.warning ? "note" : "alert"} data-problem><b>${one.path}</b> ${inLanguage(one.problem, one.problem_ja)} ${one.remedy && html`<span class="small">${inLanguage(one.remedy, one.remedy_ja)}</span>`}</p>`);
}

function Difference({ text }) {
  const lines = text.split("\n").filter((line) => !line.startsWith("---") && !line.startsWith("+++"));
  return html`<pre tabindex="0" aria-label=${say("changes.preview")}>${lines.map((line) => (line.startsWith("+") ? html`<ins>${line}${"\n"}</ins>` : line.startsWith("-") ? html`<del>${line}${"\n"}</del>` : `${line}\n`))}</pre>`;
}

/** Earlier versions, and the way back. */
export function Backups({ onDone }) {
  const asked = useAsked(() => get("api/house/backups"), []);
  const [act, told, busy] = useAct();
  const backups = asked.value?.backups ?? [];
  const undo = async (backup) => {
    await act(() => post("api/house/undo", { backup }), say("changes.undone"));
    asked.reload();
    await onDone();
  };
  return html`<section class="card"><div class="row apart"><h2>${say("backups")}</h2><button type="button" class="button tiny" disabled=${busy || !backups.length} onClick=${() => undo("")}>${say("changes.undo")}</button></div>${told}
    ${!backups.length && html`<p class="soft">${say("backups.none")}</p>`}
    <ul class="list" data-backups=${backups.length}>${backups.slice(0, 12).map((one) => html`<li><div class="between"><span>${moment(one.unix_s)}</span><button type="button" class="button tiny" disabled=${busy} onClick=${() => undo(one.name)}>${say("backups.use")}</button></div></li>`)}</ul></section>`;
}
