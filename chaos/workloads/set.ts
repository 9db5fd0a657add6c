// Set: elements come, are looked for and go; at the end the whole set is read.
import { checkSet } from "../checkers/set.js";
import { keyOf, objectsClass, objectsFixture, objectsNeeds } from "./objects.js";
import type { Workload } from "./workload.js";

/** A search: shorter than what is only sorted. */
const operationsPerKey = 100;
/** Elements are few and each is unique to its key: looked for while it is being added. */
const recent = 20;

export const setWorkload: Workload = {
  id: "set",
  title: "additions, removals and look-ups of a set",
  needs: objectsNeeds,
  fixture: objectsFixture,
  className: objectsClass,
  next(turn) {
    const key = keyOf(turn, operationsPerKey);
    const choice = turn.random();
    if (choice < 0.5) return { action: "add", key, input: turn.issued };
    const earlier = Math.max(0, turn.issued - 1 - Math.floor(turn.random() * recent));
    return { action: choice < 0.65 ? "remove" : "contains", key, input: earlier };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "read", key })),
  judge: (operations) => checkSet(operations),
};
