// The generic checkers as models of the check command: linearizability of a register, a counter, a set, a register with
// compare-and-swap and a list that is appended to, each key alone.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { appendOperations, checkAppend } from "./append.js";
import { Numbering } from "./columns.js";
import { checkCounter } from "./counter.js";
import { checkLinearizability, type SearchOptions } from "./linearizability.js";
import type { Model } from "./model.js";
import { casModel, registerModel } from "./register-model.js";
import { checkRegister } from "./register.js";
import { checkSet } from "./set.js";
import { setModel } from "./set-model.js";

export const linearizableRegister = model(`linearizable: ${registerModel.operations}`, checkRegister);
export const linearizableCounter = model("linearizable, from 0: increment -> new value, read -> value", checkCounter);
export const linearizableSet = model(`linearizable: ${setModel.operations}`, checkSet);
export const linearizableCas = model(`linearizable: ${casModel.operations}`, (operations, options) => checkLinearizability(operations, casModel, options));
export const linearizableAppend = model(`linearizable: ${appendOperations}`, checkAppend);

function model(summary: string, check: (operations: readonly Operation[], options: SearchOptions) => CheckerAnswer): Model {
  return {
    summary,
    judge(operations, { maxSteps }) {
      const answer = check(operations, maxSteps === undefined ? {} : { maxSteps });
      const keys = new Numbering();
      const outcomes = { ok: 0, fail: 0, info: 0 };
      for (const { key, outcome } of operations) {
        keys.of(key);
        outcomes[outcome]++;
      }
      const counts = { keys: keys.size, answered: outcomes.ok, failed: outcomes.fail, lost: outcomes.info };
      const line = `keys ${counts.keys}, operations answered ${counts.answered}, failed ${counts.failed}, answers lost ${counts.lost}`;
      return { answer, lines: [line], facts: { counts } };
    },
  };
}
