// List-append: every element is appended once, so that a read shows the order of all appends before it.
import { checkAppend } from "../checkers/append.js";
import { keyOf, objectsClass, objectsFixture, objectsNeeds } from "./objects.js";
import type { Workload } from "./workload.js";

/** A read answers the whole list: long keys make long answers. */
const operationsPerKey = 100;

export const appendWorkload: Workload = {
  id: "append",
  title: "appends to a list and reads of all of it",
  needs: objectsNeeds,
  fixture: objectsFixture,
  className: objectsClass,
  next(turn) {
    const key = keyOf(turn, operationsPerKey);
    return turn.random() < 0.6 ? { action: "append", key, input: turn.issued } : { action: "read", key };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "read", key })),
  judge: (operations) => checkAppend(operations),
};
