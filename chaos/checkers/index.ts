// The models a history can be judged by, one line each: `edgemark check FILE --model <name>`.
import { linearizableAppend, linearizableCas, linearizableCounter, linearizableRegister, linearizableSet } from "./generic-models.js";
import type { Model } from "./model.js";
import { sessionModel } from "./session-model.js";
import { stalenessModel } from "./staleness-model.js";
import { transactionModel } from "./transaction-model.js";

export const models: ReadonlyMap<string, Model> = new Map([
  ["staleness", stalenessModel],
  ["register", linearizableRegister],
  ["counter", linearizableCounter],
  ["set", linearizableSet],
  ["cas", linearizableCas],
  ["append", linearizableAppend],
  ["sessions", sessionModel],
  ["list-append", transactionModel],
]);
