// What the checks of ownership and migration share: the ledger fixture, whose rows tell which instance wrote them, and
// what must hold of them. One owner after the other, nothing acknowledged lost: read from storage, not from opinions.
import assert from "node:assert/strict";
import type { CheckContext, DeployedFixture, ExchangeResponse, Fixture } from "../check.js";

/** The class of the objects, for Locate. */
export const ledgerClass = "Ledger";

/** The fixture in one version; a second deploy of the same name with another version is a rollout. */
export function ledgerOf(version: string): Fixture {
  return {
    name: "ledger",
    program: new URL("../fixtures/ledger.worker.js", import.meta.url),
    bindings: [
      { kind: "durable_object", name: "LEDGER", className: ledgerClass, sqlite: true },
      { kind: "text", name: "VERSION", value: version },
    ],
  };
}

const longestTakeoverMs = 60_000;
/** A busy machine needs this to bring a process back, however fast platform timers run. */
const leastTakeoverMs = 15_000;

/** How long a target may take to have an object elsewhere, or a PoP back, until it is given up: three of the longest leases known. */
export function givenUpMs(context: CheckContext): number {
  return Math.max(leastTakeoverMs, context.scaled(longestTakeoverMs));
}

/** The longest lease that is known of any runtime. No time scale shortens it: it is what storage and clocks allow. */
export const leaseMs = 20_000;

/** The same for a PoP that is silent and not seen to be dead: it keeps what it owns until its lease is over. */
export function givenUpOfSilentMs(context: CheckContext): number {
  return Math.max(2 * leaseMs, givenUpMs(context));
}

/** A row as its writer was told of it: acknowledged. */
export interface Row {
  readonly seq: number;
  readonly epoch: number;
  readonly instance: string;
  /** Of the instance that wrote it. */
  readonly version: string;
}

/** Rows of one instance. */
export interface Owner {
  readonly epoch: number;
  readonly instance: string;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
}

export interface LedgerState {
  readonly rows: number;
  /** In the order of their first rows. */
  readonly owners: readonly Owner[];
}

export interface LedgerDoor {
  readonly name: string;
  readonly fixture: DeployedFixture;
}

/** Appends one row through a PoP. @returns undefined when it was not acknowledged: it may have been written or not */
export async function tryAppend({ fixture, name }: LedgerDoor, pop: string, deadlineMs = 2_000): Promise<Row | undefined> {
  const response = await fixture.request({ pop, path: `/append/${name}`, deadlineMs }).catch(() => undefined);
  return response?.status === 200 ? rowOf(response) : undefined;
}

/** Appends one row through a PoP. @throws AssertionError when it is not acknowledged */
export async function append({ fixture, name }: LedgerDoor, pop: string): Promise<Row> {
  const response = await fixture.request({ pop, path: `/append/${name}` });
  assert.equal(response.status, 200, `an append through PoP ${pop} is acknowledged: ${response.text}`);
  return rowOf(response);
}

/** @throws AssertionError when the PoP does not answer for the object */
export async function readLedger({ fixture, name }: LedgerDoor, pop: string, deadlineMs = 10_000): Promise<LedgerState> {
  const response = await fixture.request({ pop, path: `/read/${name}`, deadlineMs });
  assert.equal(response.status, 200, `a read through PoP ${pop} is answered: ${response.text}`);
  return response.json() as LedgerState;
}

export function rowOf(response: ExchangeResponse): Row {
  return response.json() as Row;
}

export async function objectIdOf(fixture: DeployedFixture, name: string, pop: string): Promise<string> {
  const response = await fixture.request({ pop, path: `/id/${name}` });
  assert.equal(response.status, 200, response.text);
  return (response.json() as { id: string }).id;
}

/** The PoP that owns the object now, as the target says. @throws AssertionError when it names none */
export async function ownerOf(context: CheckContext, fixture: DeployedFixture, objectId: string): Promise<{ readonly popId: string; readonly epoch: string }> {
  const location = await context.verbs.locate(fixture.deployment.deploymentId, ledgerClass, objectId);
  assert.ok(location.found, `Locate names the owner of object ${objectId.slice(0, 12)}, which has been written to`);
  return location;
}

/**
 * What rows must show: instances wrote one after the other, never two in turn; each row once; and nothing that was
 * acknowledged is missing or belongs to somebody else.
 * @returns all that is wrong, in words
 */
export function faultsOf({ rows, owners }: LedgerState, acknowledged: readonly Row[]): readonly string[] {
  const wrong: string[] = [];
  let next = 1;
  let epoch = 0;
  for (const owner of owners) {
    const who = `epoch ${owner.epoch} (instance ${owner.instance.slice(0, 8)})`;
    if (owner.epoch <= epoch) wrong.push(`${who} wrote after epoch ${epoch}`);
    if (owner.first !== next || owner.last - owner.first + 1 !== owner.rows) wrong.push(`${who} has ${owner.rows} rows from ${owner.first} to ${owner.last}, rows from ${next} on without a gap were expected`);
    next = owner.last + 1;
    epoch = owner.epoch;
  }
  const writers = new Map<number, Row>();
  for (const row of acknowledged) {
    const other = writers.get(row.seq);
    if (other !== undefined) wrong.push(`row ${row.seq} was acknowledged twice, by instances ${other.instance.slice(0, 8)} and ${row.instance.slice(0, 8)}`);
    writers.set(row.seq, row);
    const owner = owners.find(({ first, last }) => row.seq >= first && row.seq <= last);
    if (row.seq > rows || owner === undefined) wrong.push(`row ${row.seq} was acknowledged by instance ${row.instance.slice(0, 8)} and is lost`);
    else if (owner.instance !== row.instance) wrong.push(`row ${row.seq} was acknowledged by instance ${row.instance.slice(0, 8)}, and storage has one of instance ${owner.instance.slice(0, 8)}`);
  }
  return wrong;
}
