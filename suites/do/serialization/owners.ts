// Checks that an object has one owner at a time, proven through its storage: each row names the instance that wrote it, so
// two owners, a stale reader or a superseded writer show in the rows and cannot be talked away.
import assert from "node:assert/strict";
import { type Check, type CheckContext, Inconclusive } from "../../check.js";
import { append, faultsOf, givenUpMs, givenUpOfSilentMs, ledgerClass, ledgerOf, type LedgerDoor, objectIdOf, ownerOf, readLedger, type Row, rowOf, tryAppend } from "../ledger.js";

const base = { level: "distributed", pops: 2, fixture: ledgerOf("1"), timeoutMs: 60_000 } as const;
/** Objects whose first requests race: a race is lost once in a while only. */
const racedByProfile = { quick: 24, full: 200, nightly: 1_000 } as const;
/** Objects raced at a time, on a machine that is small. */
const atATime = 8;
const turnsByProfile = { quick: 30, full: 300, nightly: 2_000 } as const;
const attemptMs = 1_000;
/** Longer than it takes to freeze a PoP, so that the event is still under way then. */
const lateMs = 1_500;

function popsOf(context: CheckContext): readonly string[] {
  return context.target.pops.map((pop) => pop.id);
}

/** Asserts that the rows of an object are in order after all that was acknowledged. */
async function assertSound(ledger: LedgerDoor, acknowledged: readonly Row[], pops: readonly string[]): Promise<void> {
  for (const pop of pops) {
    const state = await readLedger(ledger, pop);
    assert.deepEqual(faultsOf(state, acknowledged), [], `what storage shows of ${ledger.name}, read through PoP ${pop}`);
  }
}

/** So many appends in a row by whoever takes over. */
const appendsAfter = 3;

/** One client that appends until it was acknowledged a few times by an instance that was not there before. */
async function appendUntilTakenOver(context: CheckContext, ledger: LedgerDoor, pop: string, { before, deadlineMs }: { readonly before: string; readonly deadlineMs: number }): Promise<readonly Row[]> {
  const acknowledged: Row[] = [];
  await context.until(
    async () => {
      const row = await tryAppend(ledger, pop, attemptMs);
      if (row !== undefined) acknowledged.push(row);
      return acknowledged.filter(({ instance }) => instance !== before).length;
    },
    (count) => count >= appendsAfter,
    { deadlineMs, intervalMs: 1, what: `${appendsAfter} appends to ${ledger.name} through PoP ${pop}, acknowledged by an instance that began after the fault` },
  );
  return acknowledged;
}

export const ownerChecks: readonly Check[] = [
  {
    ...base,
    id: "do.serialization.ids",
    promise: "a name is the same object at every PoP",
    claims: ["DO-01"],
    needs: ["durable-objects"],
    async run(context) {
      const { fixture } = context;
      const pops = popsOf(context);
      const names = Array.from({ length: 8 }, (_, index) => `${context.unique}-${index}`);

      const ids = await Promise.all(names.map((name) => Promise.all(pops.map((pop) => objectIdOf(fixture, name, pop)))));
      const name = names[0] ?? "";
      const rows: Row[] = [];
      for (const pop of pops) rows.push(await append({ fixture, name }, pop));

      for (const [index, [first, ...others]] of ids.entries()) for (const other of others) assert.equal(other, first, `the id of ${names[index]} at every PoP`);
      assert.equal(new Set(ids.map(([id]) => id)).size, names.length, "different names have different ids");
      assert.deepEqual(rows.map(({ seq }) => seq), pops.map((_, index) => index + 1), "appends through one PoP after the other are rows of one object");
    },
  },
  {
    ...base,
    id: "do.serialization.owner.first",
    promise: "when the first requests for an object reach several PoPs at once, one instance answers all of them",
    claims: ["DO-01"],
    needs: ["durable-objects"],
    timeoutMs: 300_000,
    async run(context) {
      const { fixture } = context;
      const pops = popsOf(context);
      const ledgers = Array.from({ length: racedByProfile[context.profile] }, (_, index): LedgerDoor => ({ fixture, name: `${context.unique}-${index}` }));

      for (let from = 0; from < ledgers.length; from += atATime) {
        await Promise.all(
          ledgers.slice(from, from + atATime).map(async (ledger) => {
            const rows = (await Promise.all(pops.map((pop) => tryAppend(ledger, pop, 10_000)))).filter((row) => row !== undefined);
            assert.ok(rows.length > 0, `an append to the new object ${ledger.name} is acknowledged`);
            assert.equal(new Set(rows.map(({ instance }) => instance)).size, 1, `instances that acknowledged rows ${rows.map(({ seq }) => seq).join(", ")} of ${ledger.name}`);
            await assertSound(ledger, rows, pops.slice(0, 1));
          }),
        );
      }
    },
  },
  {
    ...base,
    id: "do.serialization.owner.latest",
    promise: "what was acknowledged through one PoP is seen by the next read through any other",
    claims: ["DO-01", "SEED-15"],
    needs: ["durable-objects"],
    timeoutMs: 300_000,
    async run(context) {
      const { fixture } = context;
      const pops = popsOf(context);
      const ledger: LedgerDoor = { fixture, name: context.unique };
      const rows: Row[] = [];

      for (let turn = 0; turn < turnsByProfile[context.profile]; turn++) {
        const row = await append(ledger, pops[turn % pops.length] ?? "");
        rows.push(row);
        const reader = pops[(turn + 1) % pops.length] ?? "";
        const state = await readLedger(ledger, reader);
        assert.equal(state.rows, row.seq, `rows that PoP ${reader} shows right after row ${row.seq} was acknowledged`);
      }

      await assertSound(ledger, rows, pops);
    },
  },
  {
    ...base,
    id: "do.serialization.owner.kill",
    promise: "when a PoP is killed, its objects have one owner each afterwards, and every acknowledged row is there once",
    claims: ["DO-01"],
    needs: ["durable-objects", "fault.kill"],
    timeoutMs: 180_000,
    async run(context) {
      const { fixture } = context;
      const pops = popsOf(context);
      const victim = pops[Math.floor(context.random() * pops.length)] ?? "";
      const survivors = pops.filter((pop) => pop !== victim);
      const ledgers = Array.from({ length: atATime }, (_, index): LedgerDoor => ({ fixture, name: `${context.unique}-${index}` }));
      const firsts = await Promise.all(ledgers.map((ledger) => append(ledger, victim)));
      // Where an object lives elsewhere nothing changes, and its instance stays.
      const areThere = await Promise.all(ledgers.map((ledger) => isThere(context, ledger, victim)));

      const fault = await context.inject({ kind: "kill", popId: victim });
      const acknowledged = await Promise.all(
        ledgers.map(async (ledger, index): Promise<readonly Row[]> => {
          const first = firsts[index];
          assert.ok(first, "every object was written to");
          const before = areThere[index] === true ? first.instance : "";
          const rows = await Promise.all(survivors.map((pop) => appendUntilTakenOver(context, ledger, pop, { before, deadlineMs: givenUpMs(context) })));
          return [first, ...rows.flat()];
        }),
      );
      await context.heal(fault.faultId);

      for (const [index, ledger] of ledgers.entries()) await assertSound(ledger, acknowledged[index] ?? [], survivors);
    },
  },
  {
    ...base,
    id: "do.serialization.owner.superseded",
    promise: "an instance that was replaced while its PoP was frozen gets an exception when it touches storage, and its write is nowhere",
    claims: ["DO-01", "DO-02"],
    needs: ["durable-objects", "locate", "fault.pause"],
    // A frozen owner keeps its lease to the end: 20 s, whatever the time scale.
    profiles: ["full", "nightly"],
    timeoutMs: 180_000,
    async run(context) {
      const { fixture } = context;
      const pops = popsOf(context);
      const ledger: LedgerDoor = { fixture, name: context.unique };
      const first = await append(ledger, pops[0] ?? "");
      const { popId: owner } = await ownerOf(context, fixture, await objectIdOf(fixture, ledger.name, pops[0] ?? ""));
      const other = pops.find((pop) => pop !== owner) ?? "";

      const deadlineMs = givenUpOfSilentMs(context);
      const late = fixture.request({ pop: owner, path: `/append/${ledger.name}?waitMs=${lateMs}`, deadlineMs: deadlineMs + 30_000 });
      const lateEnd = late.then(
        (response) => ({ words: `HTTP ${response.status}: ${response.text}`, row: response.status === 200 ? rowOf(response) : undefined }),
        (error: unknown) => ({ words: error instanceof Error ? error.message : String(error), row: undefined }),
      );
      let isLateOver = false;
      void lateEnd.then(() => (isLateOver = true));
      const fault = await context.inject({ kind: "pause", popId: owner });
      const rows = await appendUntilTakenOver(context, ledger, other, { before: first.instance, deadlineMs });
      if (isLateOver) throw new Inconclusive(`the event at the frozen PoP ${owner} was over before another instance had taken over`);
      await context.heal(fault.faultId);
      const { words, row } = await lateEnd;
      context.note(`the event that was under way at ${owner} ended with ${words}`);

      assert.notEqual(row?.instance, first.instance, `an instance that was replaced acknowledged row ${row?.seq ?? 0}`);
      const back = await context.until(() => tryAppend(ledger, owner, attemptMs), (appended) => appended !== undefined, { deadlineMs: givenUpMs(context), what: `PoP ${owner} answers for the object again` });
      await assertSound(ledger, [first, ...rows, ...(row === undefined ? [] : [row]), ...(back === undefined ? [] : [back])], pops);
    },
  },
];

/** Whether the object is at this PoP, as far as the target can say. */
async function isThere(context: CheckContext, ledger: LedgerDoor, popId: string): Promise<boolean> {
  if (!context.target.capabilities.includes("locate")) return false;
  const location = await context.verbs.locate(ledger.fixture.deployment.deploymentId, ledgerClass, await objectIdOf(ledger.fixture, ledger.name, popId));
  return location.found && location.popId === popId;
}
