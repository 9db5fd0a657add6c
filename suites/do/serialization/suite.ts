// The suite of serialization: one object is one instance with one order of events, whoever asks from wherever, and whatever
// happens to PoPs, links and disks. Judged on histories and on what objects stored, never on what a runtime says of itself.
import type { Suite } from "../../check.js";
import { matrixChecksOf } from "./matrix.js";
import { ownerChecks } from "./owners.js";

export const doSerializationSuite: Suite = { id: "do.serialization", title: "Durable Objects: serialization", checks: [...ownerChecks, ...matrixChecksOf()] };
