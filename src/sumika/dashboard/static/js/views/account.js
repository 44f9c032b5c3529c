// One's own password and language, and for who may: everybody's accounts, and tokens for machines.
import { html, useState } from "../../vendor/preact-htm.js";
import { day } from "../format.js";
import { useAsked } from "../hooks.js";
import { useAct } from "../parts/act.js";
import { get, patch, post, remove } from "../server.js";
import { useSession } from "../session.js";
import { say } from "../words.js";

const ROLES = ["owner", "resident", "carer", "guest"];

/** The view. */
export function View() {
  const { me, may } = useSession();
  return html`<div class="head"><h1>${say("view.account")}</h1><p>${me.user} · ${say(`role.${me.role}`)}</p></div>
    <div class="two"><div class="stack">${may("manage") && html`<${Users} /><${Tokens} />`}</div>
      <div class="stack"><${Own} /><${Sessions} /></div></div>`;
}

const valuesOf = (event) => {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.target));
};

function Own() {
  const { me, refresh } = useSession();
  const [act, told, busy] = useAct();
  const change = async (event) => {
    const form = event.target;
    const { old_password, password } = valuesOf(event);
    if (await act(() => patch(`api/users/${encodeURIComponent(me.user)}`, { old_password, password }), say("account.changed"))) form.reset();
  };
  const speak = async (event) => {
    await act(() => patch(`api/users/${encodeURIComponent(me.user)}`, { language: event.target.value }), say("account.changed"));
    refresh();
  };
  return html`<section class="card"><h2>${say("account.own")}</h2>
    <label class="field"><span>${say("account.language")}</span><select value=${me.language} onChange=${speak} disabled=${busy}>
      <option value="">${say("account.language.browser")}</option><option value="ja">日本語</option><option value="en">English</option></select></label>
    <form onSubmit=${change}><input type="text" name="user" value=${me.user} autocomplete="username" hidden />
      <label class="field"><span>${say("account.password.old")}</span><input type="password" name="old_password" autocomplete="current-password" required /></label>
      <label class="field"><span>${say("entrance.password.new")}</span><input type="password" name="password" autocomplete="new-password" minlength="10" required /></label>
      <button class="button" disabled=${busy}>${say("account.password.change")}</button></form>${told}</section>`;
}

function Sessions() {
  const asked = useAsked(() => get("api/sessions"), []);
  const [act, told, busy] = useAct();
  return html`<section class="card"><h2>${say("account.sessions")}</h2><ul class="list">${(asked.value?.sessions ?? []).map((one) => html`<li><div class="between"><span>${say("account.seen", { day: day(one.seen_unix_s) })}</span>
    <button type="button" class="button tiny" disabled=${busy} onClick=${() => act(() => remove(`api/sessions/${one.id}`)).then(asked.reload)}>${say("account.end")}</button></div></li>`)}</ul>${told}</section>`;
}

function RoleAndResidents({ role = "resident", residents = [] }) {
  const { house } = useSession();
  return html`<label class="field"><span>${say("account.role")}</span><select name="role" defaultValue=${role}>${ROLES.map((one) => html`<option value=${one} selected=${one === role}>${say(`role.${one}`)}: ${say(`role.${one}.long`)}</option>`)}</select></label>
    ${(house.residents ?? []).length > 0 && html`<fieldset style=${{ border: 0, padding: 0, margin: "0 0 12px" }}><legend class="soft small">${say("account.is")}</legend>
      ${house.residents.map((one) => html`<label class="tick"><input type="checkbox" name=${`is:${one.id}`} checked=${residents.includes(one.id)} /><span>${one.name || one.id}</span></label>`)}</fieldset>`}`;
}

const residentsIn = (values) => Object.keys(values).filter((name) => name.startsWith("is:")).map((name) => name.slice(3));

function Users() {
  const { me } = useSession();
  const asked = useAsked(() => get("api/users"), []);
  const [adding, add] = useState(false);
  const [changing, change] = useState("");
  const [act, told, busy] = useAct();
  const make = async (event) => {
    const values = valuesOf(event);
    const { name, password, role } = values;
    if (await act(() => post("api/users", { name, password, role, residents: residentsIn(values) }), say("account.made", { name }))) add(false);
    asked.reload();
  };
  const keep = async (event) => {
    const values = valuesOf(event);
    if (await act(() => patch(`api/users/${encodeURIComponent(changing)}`, { role: values.role, residents: residentsIn(values) }), say("account.changed"))) change("");
    asked.reload();
  };
  return html`<section class="card"><div class="row apart"><h2>${say("account.users")}</h2><button type="button" class="button tiny" aria-expanded=${adding} onClick=${() => add(!adding)}>${say("account.add")}</button></div>
    ${adding && html`<form onSubmit=${make}><label class="field"><span>${say("entrance.name")}</span><input name="name" required maxlength="64" autocomplete="off" /></label>
      <label class="field"><span>${say("entrance.password.new")}</span><input name="password" type="password" minlength="10" required autocomplete="new-password" /></label><${RoleAndResidents} />
      <button class="button main" disabled=${busy}>${say("account.add")}</button></form>`}${told}
    <ul class="list">${(asked.value?.users ?? []).map((user) => html`<${User} key=${user.name} ...${{ user, busy, keep }} isMe=${user.name === me.user} open=${changing === user.name}
      onOpen=${() => change(changing === user.name ? "" : user.name)} onRemove=${() => act(() => remove(`api/users/${encodeURIComponent(user.name)}`)).then(asked.reload)} />`)}</ul></section>`;
}

/** An account in the list, and its change: what they are to the house, and which of its residents. */
function User({ user, isMe, open, busy, keep, onOpen, onRemove }) {
  const { house } = useSession();
  const is = user.residents.map((id) => house.residents?.find((one) => one.id === id)?.name || id);
  return html`<li data-user=${user.name}><div class="between"><span><b>${user.name}</b> <span class="soft">${[say(`role.${user.role}`), ...is].join(say("list.dot"))}</span></span>
      <span class="row"><button type="button" class="button tiny" aria-expanded=${open} aria-label=${say("account.change.who", { name: user.name })} onClick=${onOpen}>${say("account.change")}</button>
        ${!isMe && html`<button type="button" class="button tiny grave" disabled=${busy} aria-label=${say("account.remove.who", { name: user.name })} onClick=${onRemove}>${say("account.remove")}</button>`}</span></div>
    ${open && html`<form onSubmit=${keep} style=${{ marginTop: "12px" }}><${RoleAndResidents} role=${user.role} residents=${user.residents} />
      <button class="button main" disabled=${busy}>${say("account.change.do")}</button></form>`}</li>`;
}

function Tokens() {
  const asked = useAsked(() => get("api/tokens"), []);
  const [secret, show] = useState("");
  const [act, told, busy] = useAct();
  const make = async (event) => {
    const form = event.target;
    const values = valuesOf(event);
    const made = await act(() => post("api/tokens", { name: values.name, role: values.role, residents: residentsIn(values) }));
    if (made) {
      show(made.secret);
      form.reset();
      asked.reload();
    }
  };
  return html`<section class="card"><h2>${say("token.title")}</h2><p class="soft small">${say("token.long")}</p>
    ${secret && html`<div class="done" role="status">${say("token.once")}<pre>${secret}</pre></div>`}${told}
    <ul class="list">${(asked.value?.tokens ?? []).map((token) => html`<li><div class="between"><span><b>${token.name}</b> <span class="soft">${say(`role.${token.role}`)} · ${day(token.created_unix_s)}</span></span>
      <button type="button" class="button tiny grave" disabled=${busy} aria-label=${say("account.remove.who", { name: token.name })} onClick=${() => act(() => remove(`api/tokens/${token.id}`)).then(asked.reload)}>${say("account.remove")}</button></div></li>`)}</ul>
    <details><summary>${say("token.add")}</summary><form onSubmit=${make} style=${{ marginTop: "12px" }}><label class="field"><span>${say("token.name")}</span><input name="name" required maxlength="64" /></label><${RoleAndResidents} role="guest" /><button class="button" disabled=${busy}>${say("token.add")}</button></form></details></section>`;
}
