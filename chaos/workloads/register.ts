// Register: each key holds the last value written; every value is written once, so that a read names its write.
import { checkRegister } from "../checkers/register.js";
import { keyOf, objectsClass, objectsFixture, objectsNeeds } from "./objects.js";
import type { Workload } from "./workload.js";

const operationsPerKey = 300;

export const registerWorkload: Workload = {
  id: "register",
  title: "reads and writes of a register",
  needs: objectsNeeds,
  fixture: objectsFixture,
  className: objectsClass,
  next(turn) {
    const key = keyOf(turn, operationsPerKey);
    return turn.random() < 0.5 ? { action: "read", key } : { action: "write", key, input: `v${turn.issued}` };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "read", key })),
  judge: (operations) => checkRegister(operations),
};
