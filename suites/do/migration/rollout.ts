// One rollout of a new version under a busy object: open-loop load while it is deployed, then polling until the object runs it.
import type { OpenLoopResult } from "../../../load/open-loop/result.js";
import type { CheckContext } from "../../check.js";
import { type LedgerDoor, ledgerOf, type LedgerState, readLedger, type Row, tryAppend } from "../ledger.js";
import { load } from "./outage.js";

/** Longer than a rollout takes, so that both versions meet the load. */
const loadMs = 1_800;
const newVersionWithinMs = 15_000;

export interface Rollout {
  readonly result: OpenLoopResult;
  /** Appends after the load until one was acknowledged by the new version; undefined: not acknowledged. */
  readonly polled: readonly (Row | undefined)[];
  /** What storage showed last. */
  readonly state: LedgerState;
}

/** @throws AssertionError when the object never runs the new version */
export async function rollOut(context: CheckContext): Promise<Rollout> {
  const pop = context.target.pops.at(-1)?.id ?? "";
  const ledger: LedgerDoor = { fixture: await context.deploy(ledgerOf("1"), { name: "ledger-rollout" }), name: context.unique };
  const loading = await load(context, ledger.fixture, { pop, path: `/append/${ledger.name}`, durationMs: loadMs });

  await context.deploy(ledgerOf("2"), { name: "ledger-rollout" });
  const result = await loading.result;
  const polled: (Row | undefined)[] = [];
  await context.until(
    async () => {
      const row = await tryAppend(ledger, pop);
      polled.push(row);
      return row?.version;
    },
    (version) => version === "2",
    { deadlineMs: newVersionWithinMs, what: "the object runs version 2" },
  );
  return { result, polled, state: await readLedger(ledger, pop) };
}
