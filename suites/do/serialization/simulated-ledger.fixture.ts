// Objects of the ledger fixture without a runtime, for tests of the checks of ownership: PoPs in memory, one of which owns each
// object, that can be killed and frozen, and that have one named defect each.
import { setMaxListeners } from "node:events";
import type { FaultSpec } from "../../../contract/target/types.js";
import type { CheckContext, DeployedFixture, ExchangeRequest, ExchangeResponse } from "../../check.js";
import { until } from "../../runner/until.js";
import type { Owner, Row } from "../ledger.js";

export type LedgerDefect =
  | "resumed-acknowledges" // a frozen owner that was replaced acknowledges a row which is nowhere
  | "resumed-writes" // the same, and the row stands among those of its successor
  | "loses-on-takeover" // the last row is gone after a takeover
  | "two-owners" // each PoP has an instance of its own
  | "ids-by-pop"
  | "reads-behind"; // a PoP that is not the owner shows all rows but the last

/** Which check must notice which defect, and what it must say. */
export const plantedInLedgers = [
  { id: "do.serialization.ids", defect: "ids-by-pop", says: /the id of t-0 at every PoP/ },
  { id: "do.serialization.owner.first", defect: "two-owners", says: /instances that acknowledged rows/ },
  { id: "do.serialization.owner.latest", defect: "reads-behind", says: /rows that PoP . shows right after row/ },
  { id: "do.serialization.owner.kill", defect: "loses-on-takeover", says: /is lost|acknowledged twice|storage has one of/ },
  { id: "do.serialization.owner.superseded", defect: "resumed-acknowledges", says: /an instance that was replaced acknowledged row/ },
  { id: "do.serialization.owner.superseded", defect: "resumed-writes", says: /an instance that was replaced acknowledged row/ },
  { id: "do.serialization.owner.superseded", defect: "loses-on-takeover", says: /is lost|acknowledged twice|storage has one of/ },
] as const satisfies readonly { readonly id: string; readonly defect: LedgerDefect; readonly says: RegExp }[];

interface Ledger {
  owner: string;
  instance: number;
  rows: Row[];
}

const pops = ["a", "b", "c"] as const;

export interface SimulatedLedgers {
  /** What a check gets to work with; what it should not use is not there. */
  readonly context: CheckContext;
}

/** @param defect none: a sound runtime */
export function simulatedLedgers(defect?: LedgerDefect): SimulatedLedgers {
  const ledgers = new Map<string, Ledger>();
  const down = new Set<string>();
  const frozen = new Map<string, { readonly thawed: Promise<void>; thaw(): void }>();
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  let instances = 0;
  let faults = 0;
  const heals = new Map<string, () => void>();

  const ledgerOf = (name: string, pop: string): Ledger => {
    const place = defect === "two-owners" ? `${name} at ${pop}` : name;
    let ledger = ledgers.get(place);
    if (ledger === undefined) {
      ledger = { owner: pop, instance: ++instances, rows: [] };
      ledgers.set(place, ledger);
    }
    if (ledger.owner !== pop && (down.has(ledger.owner) || frozen.has(ledger.owner))) {
      if (defect === "loses-on-takeover") ledger.rows.pop();
      Object.assign(ledger, { owner: pop, instance: ++instances });
    }
    return ledger;
  };
  const append = (ledger: Ledger, instance = ledger.instance): Row => {
    const epoch = ledger.rows.find((row) => row.instance === nameOf(instance))?.epoch ?? (ledger.rows.at(-1)?.epoch ?? 0) + 1;
    const row = { seq: ledger.rows.length + 1, epoch, instance: nameOf(instance), version: "1" };
    ledger.rows.push(row);
    return row;
  };
  const appendLate = async (ledger: Ledger, pop: string): Promise<ExchangeResponse> => {
    const began = ledger.instance;
    // The fault comes while the event is under way.
    await until(() => Promise.resolve(frozen.has(pop)), (isFrozen) => isFrozen, { deadlineMs: 5_000, intervalMs: 1, what: "a frozen PoP" }, ending.signal);
    await frozen.get(pop)?.thawed;
    if (ledger.instance === began) return answered(200, append(ledger));
    if (defect === "resumed-writes") return answered(200, append(ledger, began));
    if (defect === "resumed-acknowledges") return answered(200, { seq: ledger.rows.length + 1, epoch: 1, instance: nameOf(began), version: "1" });
    return answered(503, { error: "superseded" });
  };

  const fixture: DeployedFixture = {
    deployment: { deploymentId: "ledger", version: "1", endpoints: [] },
    endpoint: () => ({ url: "", host: "" }),
    async request({ pop = pops[0], path }: ExchangeRequest) {
      const [, verb, name = ""] = new URL(path, "http://edge").pathname.split("/");
      if (down.has(pop)) throw new Error("refused");
      await frozen.get(pop)?.thawed;
      if (verb === "id") return answered(200, { id: defect === "ids-by-pop" ? `${name}-${pop}` : name });
      const ledger = ledgerOf(name, pop);
      if (verb === "read") return answered(200, stateOf(ledger.rows.slice(0, defect === "reads-behind" && ledger.owner !== pop ? -1 : undefined)));
      return path.includes("waitMs") ? appendLate(ledger, pop) : answered(200, append(ledger));
    },
  };
  const struck = ({ kind, popId }: FaultSpec): (() => void) => {
    if (kind === "kill") {
      down.add(popId);
      return () => void down.delete(popId);
    }
    let thaw: () => void = () => undefined;
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    frozen.set(popId, { thawed, thaw });
    return () => {
      frozen.delete(popId);
      thaw();
    };
  };
  const used: Partial<CheckContext> = {
    fixture,
    profile: "quick",
    unique: "t",
    signal: ending.signal,
    random: () => 0,
    note: () => undefined,
    scaled: (documentedMs) => documentedMs,
    target: { capabilities: ["locate"], pops: pops.map((id) => ({ id })) } as unknown as CheckContext["target"],
    verbs: { locate: (_deploymentId: string, _className: string, objectId: string) => Promise.resolve({ found: true, popId: ledgers.get(objectId)?.owner ?? pops[0], epoch: "1" }) } as CheckContext["verbs"],
    inject(fault) {
      const faultId = `fault-${++faults}`;
      heals.set(faultId, struck(fault));
      return Promise.resolve({ faultId, evidence: "it is in effect", effectiveAtMs: 0 });
    },
    heal(faultId) {
      heals.get(faultId)?.();
      return Promise.resolve({ evidence: "healed", effectiveAtMs: 0 });
    },
    until: (probe, satisfied, options) => until(probe, satisfied, options, ending.signal),
  };
  return { context: used as CheckContext };
}

function nameOf(instance: number): string {
  return `${instance}-instance`;
}

function answered(status: number, body: unknown): ExchangeResponse {
  const text = JSON.stringify(body);
  return { status, headers: {}, setCookie: [], bytes: new TextEncoder().encode(text), text, json: () => JSON.parse(text) as unknown };
}

/** As the fixture groups its rows. */
function stateOf(rows: readonly Row[]): { readonly rows: number; readonly owners: readonly Owner[] } {
  const owners: Owner[] = [];
  for (const { instance, epoch } of rows) {
    if (owners.some((owner) => owner.instance === instance)) continue;
    const own = rows.filter((row) => row.instance === instance);
    owners.push({ epoch, instance, first: own[0]?.seq ?? 0, last: own.at(-1)?.seq ?? 0, rows: own.length });
  }
  return { rows: rows.length, owners };
}
