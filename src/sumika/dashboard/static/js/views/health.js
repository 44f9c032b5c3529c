// How the house's own machinery is: nodes, rates, what was lost, and the log of faults and recoveries.
import { html } from "../../vendor/preact-htm.js";
import { duration, number } from "../format.js";
import { useAsked, useLive } from "../hooks.js";
import { ageS, nowMs, statistics } from "../live.js";
import { Events } from "./alarms.js";
import { get, withQuery } from "../server.js";
import { useSession } from "../session.js";
import { has, say } from "../words.js";

const TAGS = { running: "good", starting: "info", waiting: "", backing_off: "bad", degraded: "bad", stopped: "care" };
const FRESH_TOPICS = ["tracks", "presence", "respiration", "air", "device_state", "plan", "weather", "meter", "mode"];

/** The view. */
export function View() {
  const { house } = useSession();
  const live = useLive(["node_health", "node_statistics", ...FRESH_TOPICS], 1);
  const events = useAsked(() => get(withQuery("api/events", { from: Math.round(nowMs() / 1000) - 86400, most: 100 })), []);
  const nodes = [...live("node_health").values()].sort((a, b) => a.node.localeCompare(b.node));
  const counted = new Map([...live("node_statistics").values()].map((one) => [one.node, one]));
  const memory = nodes.reduce((sum, node) => sum + (node.memory_mb ?? 0), 0), core = nodes.reduce((sum, node) => sum + (node.core_share ?? 0), 0);
  const bad = nodes.filter((node) => node.state === "backing_off" || node.state === "degraded");
  const { delayMs, lost } = statistics();
  return html`<div class="head"><h1>${say("view.health")}</h1><p>${say("health.version", { version: house.release })}</p></div>
    <div class="stack">
      <section class="card grid">
        <div class="value"><b data-nodes=${nodes.length}>${bad.length ? say("health.bad", { count: bad.length }) : nodes.length ? say("health.good") : "–"}</b><span>${say("health.nodes", { count: nodes.length })}</span></div>
        <div class="value"><b>${number(core, 2)}</b><span>${say("health.cores")}</span></div>
        <div class="value"><b>${number(memory)}<small>MB</small></b><span>${say("health.memory")}</span></div>
        <div class="value"><b data-delay=${delayMs ?? ""}>${delayMs === null ? "–" : number(delayMs)}<small>ms</small></b><span>${say("health.delay")}</span></div>
        <div class="value"><b>${number(lost)}</b><span>${say("health.lost")}</span></div>
      </section>
      <section class="card"><h2>${say("health.parts")}</h2><div class="scroll" tabindex="0" role="region" aria-label=${say("health.parts")}><table>
        <thead><tr><th scope="col">${say("health.node")}</th><th scope="col">${say("health.state")}</th><th scope="col" class="number">${say("health.core")}</th><th scope="col" class="number">MB</th><th scope="col" class="number">${say("health.step")}</th>
          <th scope="col" class="number">${say("health.taken")}</th><th scope="col" class="number">${say("health.dropped")}</th><th scope="col" class="number">${say("health.restarts")}</th></tr></thead>
        <tbody>${nodes.map((node) => html`<${Row} node=${node} counted=${counted.get(node.node)} />`)}</tbody></table></div></section>
      <section class="card"><h2>${say("health.fresh")}</h2><div class="scroll" tabindex="0" role="region" aria-label=${say("health.fresh")}><table><tbody>
        ${FRESH_TOPICS.flatMap((topic) => [...live(topic)].map(([key, message]) => html`<tr><th scope="row">${topic}</th><td>${key}</td><td>${say(`origin.${message.origin}`)}</td><td class="number">${say("health.ago", { ago: duration(Math.max(0, ageS(message))) })}</td></tr>`))}
      </tbody></table></div></section>
      <${Events} house=${house} events=${events.value?.events ?? []} problem=${events.problem} />
    </div>`;
}

const sum = (counts) => Object.values(counts ?? {}).reduce((a, b) => a + b, 0);

function Row({ node, counted }) {
  return html`<tr><th scope="row">${node.node}${node.fault && html`<br /><span class="soft small">${node.fault}</span>`}</th>
    <td><span class=${`tag ${TAGS[node.state] ?? ""}`}>${has(`state.${node.state}`) ? say(`state.${node.state}`) : node.state}</span></td>
    <td class="number">${node.core_share === null ? "–" : `${number(node.core_share * 100)} %`}</td><td class="number">${number(node.memory_mb)}</td>
    <td class="number">${counted?.step_ms === null || !counted ? "–" : `${number(counted.step_ms, 1)} ms`}</td>
    <td class="number">${counted ? number(counted.taken) : "–"}</td><td class="number">${counted ? number(sum(counted.lost) + sum(counted.refused)) : "–"}</td><td class="number">${number(node.restarts)}</td></tr>`;
}
