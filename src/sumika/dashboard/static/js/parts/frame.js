// What all views share: the way about, the banner, the mode, and whether the house can be heard.
import { html, useEffect, useState } from "../../vendor/preact-htm.js";
import { duration } from "../format.js";
import { useLive } from "../hooks.js";
import { clockAheadS, hangUp, isOpen } from "../live.js";
import { FIRST, to, VIEWS } from "../routes.js";
import { post } from "../server.js";
import { useSession } from "../session.js";
import { chooseTheme, theme } from "../theme.js";
import { chooseLanguage, isJapanese, say } from "../words.js";
import { FallNotice } from "./fall_notice.js";
import { Icon } from "./icons.js";
import { Restarting } from "./restart.js";
import { TalkButton } from "./talk_button.js";

const CLOCK_OFF_S = 120;

/** The frame, with a view in it. */
export function Frame({ here, onTour, children }) {
  const { may, house } = useSession();
  const [open, set] = useState(false);
  const shown = VIEWS.filter((view) => may(view.right) && (!view.where || house[view.where]));
  useEffect(() => set(false), [here.view]);
  useEffect(() => {
    document.title = `${say(`view.${here.view}`)} · ${house.name}`;
  });
  return html`
    <a class="skip" href="#content" onClick=${skipTo}>${say("frame.skip")}</a>
    <header class="bar">
      <a class="home" href=${to("today")}><img src="static/icon.svg" alt="" width="30" height="30" /><span>${house.name}</span></a>
      <${Heard} />
      <${TalkButton} />
      <div class="switches"><${Switches} onTour=${onTour} /></div>
    </header>
    <${Banner} />
    <${FallNotice} />
    <nav class="side" aria-label=${say("frame.ways")}>${shown.map((view) => html`<${Way} view=${view} here=${here} />`)}</nav>
    <main id="content" tabindex="-1">${children}</main>
    <nav class="foot" aria-label=${say("frame.ways.short")}>
      ${shown.filter((view) => FIRST.includes(view.id)).map((view) => html`<${Way} view=${view} here=${here} />`)}
      <button type="button" class="way" aria-expanded=${open} aria-controls="more" onClick=${() => set(!open)}>
        <${Icon} name="more" /><span>${say("frame.more")}</span>
      </button>
      ${open && html`<div id="more" class="sheet">
        ${shown.filter((view) => !FIRST.includes(view.id)).map((view) => html`<${Way} view=${view} here=${here} />`)}
        <div class="row"><${Switches} onTour=${onTour} /></div>
      </div>`}
    </nav>`;
}

function skipTo(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

function Way({ view, here }) {
  const current = view.id === here.view;
  return html`<a class="way" href=${to(view.id)} aria-current=${current ? "page" : undefined}>
    <${Icon} name=${view.icon} /><span>${say(`view.${view.id}`)}</span>
  </a>`;
}

/** Whether the house is heard. */
function Heard() {
  useLive([], 2);
  return html`<span class=${isOpen() ? "heard" : "heard not"} role="status">
    <i aria-hidden="true"></i>${isOpen() ? say("frame.live") : say("frame.lost")}
  </span>`;
}

/** Whatever is simulated or recorded says so, on every view. */
function Banner() {
  const { house } = useSession();
  const live = useLive(["presence", "air", "tracks", "privacy"], 1);
  const seen = [...live("presence").values(), ...live("air").values(), ...live("tracks").values()].map((one) => one.origin);
  const origin = seen.includes("simulated") ? "simulated" : seen.includes("recorded") ? "recorded" : seen.length ? "live" : house.origin;
  const privacy = [...live("privacy").values()][0];
  return html`
    ${origin && origin !== "live" && html`<p class="banner" role="note" data-origin=${origin}>${say(`banner.${origin}.page`)}</p>`}
    ${privacy?.paused && html`<p class="banner quiet" role="note">${say("banner.paused")}</p>`}
    ${privacy?.guests && !privacy.paused && html`<p class="banner quiet" role="note">${say("banner.guests")}</p>`}
    ${Math.abs(clockAheadS()) > CLOCK_OFF_S && html`<p class="banner quiet" role="note" data-clock>${say("banner.clock", { off: duration(Math.abs(clockAheadS())) })}</p>`}
    <${Restarting} />`;
}

function Switches({ onTour }) {
  const { me } = useSession();
  const [shade, set] = useState(theme());
  const other = isJapanese() ? "en" : "ja";
  const turn = () => {
    const next = { "": "dark", dark: "light", light: "" }[shade];
    chooseTheme(next);
    set(next);
  };
  const leave = async () => {
    hangUp();
    await post("api/logout").catch(() => {});
    location.reload();
  };
  return html`
    <button type="button" class="switch" lang=${other} onClick=${() => chooseLanguage(other)}>
      <${Icon} name="language" size="19" />${other === "ja" ? "日本語" : "English"}
    </button>
    <button type="button" class="switch" onClick=${turn} aria-label=${say("frame.theme", { now: say(`frame.theme.${shade || "system"}`) })}>
      <${Icon} name="dark" size="19" />
    </button>
    <button type="button" class="switch" onClick=${onTour} aria-label=${say("frame.tour")}><${Icon} name="why" size="19" /></button>
    <button type="button" class="switch" onClick=${leave} aria-label=${say("frame.leave", { user: me.user })}><${Icon} name="leave" size="19" /></button>`;
}
