// Every answer of a target is parsed here, once, and trusted after. Targets are strangers: each answer is checked
// field by field, and everything that breaks the contract is told in one error.
import { EdgemarkError } from "../errors.js";
import { Fields } from "./fields.js";
import type { Verb } from "./service.js";
import {
  type Capability,
  type Deployment,
  type Endpoint,
  type FaultEffect,
  type ObjectLocation,
  type Pop,
  type Restored,
  type TargetDescription,
  type TargetEvent,
  capabilities,
  eventKinds,
} from "./types.js";

/** Most PoPs a target may have: results, charts and histories are made for this many. */
export const mostPops = 64;

const idRule = { max: 63, required: true, pattern: { test: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, means: "an id of 1 to 63 letters, digits, dots, dashes or underscores" } };
const tokenRule = { max: 256, required: true, pattern: { test: /^[\x21-\x7e]+$/, means: "1 to 256 printable characters without spaces" } };
const optionalTokenRule = { ...tokenRule, required: false };
const epochMs = { least: 0, most: 8.64e15, means: "a time in ms since 1970" };

/** @throws EdgemarkError target.contract with all differences */
export function parseDescription(raw: unknown): TargetDescription {
  const fields = new Fields(raw, "");
  const declared = [...new Set(fields.texts("capabilities", { max: 80, most: 500 }))].filter((name) => name !== "");
  const pops = fields.messages("pops", mostPops).map(parsePop);
  if (pops.length === 0) fields.differs("pops", "at least one PoP", "an empty list");
  differOnRepeats(fields, "pops", pops.map((pop) => pop.id));
  const description: TargetDescription = {
    name: fields.text("name", { max: 100, required: true }),
    version: fields.text("version", { max: 100, required: true }),
    vendor: fields.text("vendor", { max: 100 }),
    capabilities: declared.filter(isCapability),
    unknownCapabilities: declared.filter((name) => !isCapability(name)),
    timeScale: fields.number("timeScale", { least: 0.001, most: 100_000, means: "a number from 0.001 to 100000 (1 is real time)" }),
    pops,
    anycastAddress: parseAddress(fields, "anycastAddress"),
    limits: fields.numbers("limits", { most: 500, least: 0 }),
    notes: fields.texts("notes", { max: 2_000, most: 100 }),
    compatibilityDate: fields.text("compatibilityDate", { max: 10, pattern: { test: /^\d{4}-\d{2}-\d{2}$/, means: "a date YYYY-MM-DD, or nothing" } }),
  };
  return accepted("Describe", fields, description);
}

function parsePop(fields: Fields): Pop {
  return {
    id: fields.text("id", idRule),
    region: fields.text("region", { max: 100 }),
    latitude: fields.number("latitude", { least: -90, most: 90, means: "degrees from -90 to 90" }),
    longitude: fields.number("longitude", { least: -180, most: 180, means: "degrees from -180 to 180" }),
    httpAddress: parseAddress(fields, "httpAddress"),
  };
}

/** @throws EdgemarkError target.contract with all differences */
export function parseDeployment(raw: unknown): Deployment {
  const fields = new Fields(raw, "");
  const endpoints = fields.messages("endpoints", mostPops).map((endpoint) => parseEndpoint(endpoint, true));
  if (endpoints.length === 0) fields.differs("endpoints", "where the deployment answers at each PoP", "an empty list");
  differOnRepeats(fields, "endpoints", endpoints.map((endpoint) => endpoint.popId));
  const deployment: Deployment = {
    deploymentId: fields.text("deploymentId", tokenRule),
    version: fields.text("version", tokenRule),
    endpoints,
    ...(fields.has("anycast") ? { anycast: parseEndpoint(fields.message("anycast"), false) } : {}),
  };
  return accepted("Deploy", fields, deployment);
}

function parseEndpoint(fields: Fields, hasPop: boolean): Endpoint {
  const url = fields.text("url", { max: 2_000, required: true });
  if (!isHttpUrl(url)) fields.differs("url", "an http or https URL without credentials", url);
  const host = fields.text("host", tokenRule);
  if (host !== "" && !isHost(host)) fields.differs("host", "a Host header: name or name:port", host);
  return { popId: hasPop ? fields.text("popId", idRule) : "", url, host };
}

/** @throws EdgemarkError target.contract with all differences */
export function parseLocation(raw: unknown): ObjectLocation {
  const fields = new Fields(raw, "");
  const found = fields.flag("found");
  const location = { found, popId: fields.text("popId", { ...idRule, required: found }), epoch: fields.text("epoch", optionalTokenRule) };
  return accepted("Locate", fields, location);
}

/** @throws EdgemarkError target.contract with all differences; a fault without evidence is one */
export function parseFaultEffect(raw: unknown): FaultEffect {
  const fields = new Fields(raw, "");
  return accepted("InjectFault", fields, {
    faultId: fields.text("faultId", tokenRule),
    evidence: fields.text("evidence", { max: 4_000, required: true }),
    effectiveAtMs: fields.number("effectiveAtMs", epochMs),
  });
}

/** @throws EdgemarkError target.contract with all differences */
export function parseHealing(raw: unknown): { readonly evidence: string; readonly effectiveAtMs: number } {
  const fields = new Fields(raw, "");
  return accepted("HealFault", fields, {
    evidence: fields.text("evidence", { max: 4_000, required: true }),
    effectiveAtMs: fields.number("effectiveAtMs", epochMs),
  });
}

/** @returns ms since 1970 @throws EdgemarkError target.contract */
export function parseClock(raw: unknown): number {
  const fields = new Fields(raw, "");
  return accepted("Clock", fields, fields.number("nowMs", epochMs));
}

/** @throws EdgemarkError target.contract with all differences */
export function parseCronOutcome(raw: unknown): { readonly outcome: string; readonly noRetry: boolean } {
  const fields = new Fields(raw, "");
  return accepted("TriggerCron", fields, { outcome: fields.text("outcome", { max: 200, required: true }), noRetry: fields.flag("noRetry") });
}

/** @throws EdgemarkError target.contract */
export function parseAlarmOutcome(raw: unknown): string {
  const fields = new Fields(raw, "");
  return accepted("TriggerAlarm", fields, fields.text("outcome", { max: 200, required: true }));
}

/** @throws EdgemarkError target.contract */
export function parseBookmark(raw: unknown): string {
  const fields = new Fields(raw, "");
  return accepted("BookmarkDatabase", fields, fields.text("bookmark", tokenRule));
}

/** @throws EdgemarkError target.contract with all differences */
export function parseRestored(raw: unknown): Restored {
  const fields = new Fields(raw, "");
  return accepted("RestoreDatabase", fields, { bookmark: fields.text("bookmark", tokenRule), previousBookmark: fields.text("previousBookmark", tokenRule) });
}

/** @throws EdgemarkError target.contract with all differences */
export function parseEvent(raw: unknown): TargetEvent {
  const fields = new Fields(raw, "");
  const name = fields.text("kind", { max: 80, required: true });
  const kind = eventKinds.find((known) => known === name);
  if (kind === undefined) fields.differs("kind", `one of ${eventKinds.join(", ")}`, name);
  return accepted("Watch", fields, {
    kind: kind ?? "fault-injected",
    atMs: fields.number("atMs", epochMs),
    popId: fields.text("popId", { ...idRule, required: false }),
    detail: fields.text("detail", { max: 4_000 }),
  });
}

/** The answers without content still have to be messages. */
export function parseNothing(verb: Verb): (raw: unknown) => void {
  return (raw) => accepted(verb, new Fields(raw, ""), undefined);
}

function accepted<T>(verb: Verb, fields: Fields, value: T): T {
  if (fields.differences.length === 0) return value;
  const shown = fields.differences.slice(0, 50);
  const more = fields.differences.length - shown.length;
  throw new EdgemarkError(
    "target.contract",
    `${verb}: expected an answer that keeps the contract; this differs:\n${shown.map((line) => `  - ${line}`).join("\n")}${more > 0 ? `\n  - and ${more} more` : ""}\ncorrect the target (contract/target/target.proto says what each field is)`,
    { facts: { verb, differences: fields.differences } },
  );
}

function differOnRepeats(fields: Fields, name: string, ids: readonly string[]): void {
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) fields.differs(name, "every PoP once", `${id} twice`);
}

function parseAddress(fields: Fields, name: string): string {
  const address = fields.text(name, { max: 260 });
  if (address !== "" && !isHostAndPort(address) && !isHttpUrl(address)) fields.differs(name, "host:port, an http URL, or nothing", address);
  return address;
}

/** Whether a text is host:port with a port from 1 to 65535; IPv6 hosts stand in brackets. */
export function isHostAndPort(text: string): boolean {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? 0);
  return port >= 1 && port <= 65_535;
}

function isHost(text: string): boolean {
  return isHostAndPort(text) || /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)$/.test(text);
}

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === "" && url.password === "";
}

function isCapability(name: string): name is Capability {
  return Object.hasOwn(capabilities, name);
}
