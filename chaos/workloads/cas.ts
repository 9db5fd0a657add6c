// Compare-and-swap among five values: the answers depend on the order of everything before.
import { checkLinearizability } from "../checkers/linearizability.js";
import { casModel } from "../checkers/register-model.js";
import { keyOf, objectsClass, objectsFixture, objectsNeeds } from "./objects.js";
import type { Workload } from "./workload.js";

/** A search: shorter than what is only sorted. */
const operationsPerKey = 150;
const values = 5;

export const casWorkload: Workload = {
  id: "cas",
  title: "compare-and-swap on a register of five values",
  needs: objectsNeeds,
  fixture: objectsFixture,
  className: objectsClass,
  next(turn) {
    const key = keyOf(turn, operationsPerKey);
    const value = (): number => Math.floor(turn.random() * values);
    const choice = turn.random();
    if (choice < 0.3) return { action: "read", key };
    if (choice < 0.5) return { action: "write", key, input: value() };
    return { action: "cas", key, input: [value(), value()] };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "read", key })),
  judge: (operations) => checkLinearizability(operations, casModel),
};
