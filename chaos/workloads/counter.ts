// Counter: an increment answers the new value, so that a lost or doubled one leaves a hole or a repeated number.
import { checkCounter } from "../checkers/counter.js";
import { keyOf, objectsClass, objectsFixture, objectsNeeds } from "./objects.js";
import type { Workload } from "./workload.js";

const operationsPerKey = 300;

export const counterWorkload: Workload = {
  id: "counter",
  title: "increments and reads of a counter",
  needs: objectsNeeds,
  fixture: objectsFixture,
  className: objectsClass,
  next(turn) {
    const key = keyOf(turn, operationsPerKey);
    return { action: turn.random() < 0.7 ? "increment" : "read", key };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "read", key })),
  judge: (operations) => checkCounter(operations),
};
