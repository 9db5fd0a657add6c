// The generic checkers against every permutation on random small histories. A violation is judged too: alone, it must
// have no order either.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { checkAppend } from "./append.js";
import { checkCounter } from "./counter.js";
import { playAppend, playCounter, playRegister, playSet, someOrder, type Play } from "./every-order.js";
import { checkLinearizability } from "./linearizability.js";
import { casModel, registerModel } from "./register-model.js";
import { checkRegister } from "./register.js";
import { checkSet } from "./set.js";
import { setModel } from "./set-model.js";

const seed = 20_252;

interface Drawn {
  readonly kind: number;
  readonly outcome: Operation["outcome"];
  readonly call: number;
  readonly length: number;
  readonly a: number;
  readonly b: number;
}

/** Short times make ties and overlaps common; few values make answers hit. */
const drawn = fc.array(
  fc.record<Drawn>({
    kind: fc.nat(9),
    outcome: fc.constantFrom("ok", "ok", "ok", "ok", "ok", "ok", "info", "fail"),
    call: fc.nat(14),
    length: fc.nat(7),
    a: fc.nat(3),
    b: fc.nat(3),
  }),
  { minLength: 1, maxLength: 8 },
);

type Fields = Pick<Operation, "action" | "input" | "output">;

interface Subject {
  readonly name: string;
  readonly fields: (one: Drawn, index: number, all: readonly Drawn[]) => Fields;
  readonly check: (operations: readonly Operation[]) => CheckerAnswer;
  readonly initial: unknown;
  readonly play: Play;
}

const letter = (index: number): string => "wxyzabcd".charAt(index);
const isWrite = ({ kind }: Drawn | undefined = { kind: 9, outcome: "ok", call: 0, length: 0, a: 0, b: 0 }): boolean => kind < 5;

const subjects: readonly Subject[] = [
  {
    name: "register by zones",
    fields: (one, index, all) => (isWrite(one) ? { action: "write", input: `v${index}` } : { action: "read", output: isWrite(all[one.a]) ? `v${one.a}` : null }),
    check: (operations) => checkRegister(operations),
    initial: null,
    play: playRegister,
  },
  {
    name: "register whose values repeat",
    fields: ({ kind, a }) => (kind < 4 ? { action: "write", input: a } : { action: "read", output: a === 3 ? null : a }),
    check: (operations) => checkRegister(operations),
    initial: null,
    play: playRegister,
  },
  {
    name: "register by search",
    fields: (one, index, all) => (isWrite(one) ? { action: "write", input: `v${index}` } : { action: "read", output: isWrite(all[one.a]) ? `v${one.a}` : null }),
    check: (operations) => checkLinearizability(operations, registerModel),
    initial: null,
    play: playRegister,
  },
  {
    name: "counter",
    fields: ({ kind, call, b }) => ({ action: kind < 6 ? "increment" : "read", output: Math.max(kind < 6 ? 1 : 0, Math.floor(call / 4) + b - 1) }),
    check: checkCounter,
    initial: 0,
    play: playCounter,
  },
  {
    name: "compare and swap",
    fields({ kind, a, b }) {
      if (kind < 2) return { action: "write", input: a };
      if (kind < 5) return { action: "read", output: a === 3 ? null : a };
      return { action: "cas", input: [a === 3 ? null : a, b], output: kind < 8 };
    },
    check: (operations) => checkLinearizability(operations, casModel),
    initial: null,
    play: playRegister,
  },
  {
    name: "set",
    fields({ kind, a, b }) {
      const changed = b === 0 ? {} : { output: b < 3 };
      if (kind < 4) return { action: "add", input: letter(a % 2), ...changed };
      if (kind < 6) return { action: "remove", input: letter(a % 2), ...changed };
      if (kind < 7) return { action: "contains", input: letter(a % 2), output: b < 2 };
      return { action: "read", output: [[], ["w"], ["x"], ["x", "w"]][a] };
    },
    check: (operations) => checkLinearizability(operations, setModel),
    initial: "",
    play: playSet,
  },
  {
    name: "set, each element first",
    fields({ kind, a, b }) {
      if (kind < 5) return { action: "add", input: letter(a % 2), ...(b === 0 ? {} : { output: b < 3 }) };
      if (kind < 6) return { action: "remove", input: letter(a % 2) };
      return { action: "read", output: [[], ["w"], ["x"], ["x", "w"]][a] };
    },
    check: checkSet,
    initial: "",
    play: playSet,
  },
  {
    name: "list-append",
    fields(one, index, all) {
      if (isWrite(one)) return { action: "append", input: letter(index) };
      // Some of the appends, mostly in the order of their calls: a good part of the histories is sound.
      const appends = all.map((other, place) => ({ ...other, place })).filter((other) => isWrite(other) && other.outcome !== "fail");
      const byCall = appends.sort((x, y) => (one.b === 3 ? y.call - x.call : x.call - y.call));
      return { action: "read", output: byCall.slice(0, one.kind === 9 ? one.a : byCall.filter(({ call }) => call <= one.call).length).map(({ place }) => letter(place)) };
    },
    check: checkAppend,
    initial: "",
    play: playAppend,
  },
];

function history(all: readonly Drawn[], subject: Subject): Operation[] {
  return all.map((one, index) => {
    const { output, ...asked } = subject.fields(one, index, all);
    return {
      process: index,
      outcome: one.outcome,
      key: "k",
      ...asked,
      ...(one.outcome === "ok" && output !== undefined ? { output } : {}),
      callNs: BigInt(one.call),
      returnNs: one.outcome === "info" ? null : BigInt(one.call + one.length),
    };
  });
}

describe("generic checkers against every order", () => {
  for (const subject of subjects) {
    it(`${subject.name}: agrees on 20,000 small histories`, function () {
      this.timeout(60_000);
      const seen = { valid: 0, invalid: 0, unknown: 0 };
      fc.assert(
        fc.property(drawn, (all) => {
          const operations = history(all, subject);
          const answer = subject.check(operations);
          seen[answer.verdict]++;
          const isExplained = someOrder(operations, subject.initial, subject.play);
          // Nothing was answered: there is nothing to judge, and surely nothing wrong.
          if (answer.verdict === "unknown") return assert.ok(isExplained, answer.reason);
          assert.equal(answer.verdict === "valid", isExplained, answer.reason);
          if (answer.verdict === "valid") return;
          const shown = answer.violation ?? [];
          assert.ok(shown.length > 0 && shown.every((one) => operations.includes(one)));
          assert.ok(!someOrder(shown, subject.initial, subject.play), `${answer.reason}: what is shown has an order`);
        }),
        { numRuns: 20_000, seed },
      );
      assert.ok(seen.valid > 2_000 && seen.invalid > 2_000, `the histories are varied: ${JSON.stringify(seen)}`);
    });
  }
});
