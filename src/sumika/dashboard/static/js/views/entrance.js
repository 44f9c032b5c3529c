// For who is not logged in: log in, or make the first owner by the one-time link that the start prints.
import { html, useState } from "../../vendor/preact-htm.js";
import { setupToken } from "../routes.js";
import { post } from "../server.js";
import { chooseLanguage, isJapanese, say, sentences } from "../words.js";

/** The entrance. */
export function Entrance({ setupNeeded, onEnter }) {
  const [pasted, paste] = useState("");
  const token = setupToken() || pasted;
  const other = isJapanese() ? "en" : "ja";
  return html`<main class="alone"><div class="card narrow">
    <div class="row apart">
      <img src="static/icon.svg" alt="" width="44" height="44" />
      <button type="button" class="switch" lang=${other} onClick=${() => chooseLanguage(other)}>${other === "ja" ? "日本語" : "English"}</button>
    </div>
    ${setupNeeded && token ? html`<${SetUp} token=${token} onEnter=${onEnter} />` : setupNeeded ? html`<${NoLink} onToken=${paste} />` : html`<${LogIn} onEnter=${onEnter} />`}
  </div></main>`;
}

// Inside Home Assistant there is no address bar to open the link in: there it is pasted.
function NoLink({ onToken }) {
  const take = (event) => {
    event.preventDefault();
    const link = String(new FormData(event.target).get("link"));
    onToken(/(?:token|setup)=([\w-]+)/.exec(link)?.[1] ?? link.trim());
  };
  return html`<form onSubmit=${take}>
    <h1>${say("entrance.nobody")}</h1><p>${say("entrance.nobody.long")}</p><pre>sumika page link</pre>
    <label class="field"><span>${say("entrance.paste")}</span><input name="link" autocomplete="off" required maxlength="300" /></label>
    <button class="button main">${say("entrance.paste.do")}</button>
  </form>`;
}

/** A form that sends, and says what was wrong. */
function Form({ title, text, action, send, children }) {
  const [problem, told] = useState(null);
  const [busy, work] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    work(true);
    told(null);
    try {
      await send(values);
    } catch (error) {
      told(error);
    } finally {
      work(false);
    }
  };
  return html`<form onSubmit=${submit}>
    <h1>${title}</h1>${text && html`<p class="soft">${text}</p>`}
    ${children}
    ${problem && html`<p class="problem" role="alert">${sentences(problem.message, problem.remedy)}</p>`}
    <button class="button main" disabled=${busy}>${action}</button>
  </form>`;
}

function LogIn({ onEnter }) {
  const send = async ({ name, password }) => {
    await post("api/login", { name, password });
    await onEnter();
  };
  return html`<${Form} title=${say("entrance.login")} action=${say("entrance.login.do")} send=${send}>
    <label class="field"><span>${say("entrance.name")}</span><input name="name" autocomplete="username" required maxlength="64" /></label>
    <label class="field"><span>${say("entrance.password")}</span><input name="password" type="password" autocomplete="current-password" required /></label>
  <//>`;
}

function SetUp({ token, onEnter }) {
  const send = async ({ name, password, again }) => {
    if (password !== again) throw new Error(say("entrance.differ"));
    await post("api/setup", { token, name, password });
    history.replaceState(null, "", "#/today");
    await onEnter();
  };
  return html`<${Form} title=${say("entrance.setup")} text=${say("entrance.setup.long")} action=${say("entrance.setup.do")} send=${send}>
    <label class="field"><span>${say("entrance.name")}</span><input name="name" autocomplete="username" required maxlength="64" /></label>
    <label class="field"><span>${say("entrance.password.new")}</span><input name="password" type="password" autocomplete="new-password" minlength="10" required /></label>
    <label class="field"><span>${say("entrance.password.again")}</span><input name="again" type="password" autocomplete="new-password" minlength="10" required /></label>
  <//>`;
}
