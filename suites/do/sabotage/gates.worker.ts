// Defects of gates, of how an instance ends, and of what goes on after an answer.
import { patch, type PlantedSabotage } from "./defect.worker.js";
import { state, storage } from "./places.worker.js";

const nothing = (): undefined => undefined;
/** Objects that gave work to waitUntil. */
const answering = new WeakSet<object>();

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "block-does-not-block",
    what: "blockConcurrencyWhile lets other events in.",
    caughtBy: ["do.gate.block", "do.gate.block.constructor"],
    defect: state("blockConcurrencyWhile", (_original, [run]) => (run as () => unknown)()),
  },
  {
    name: "block-gives-nothing",
    what: "blockConcurrencyWhile does not give what its callback returns.",
    caughtBy: ["do.gate.block.value"],
    defect: state("blockConcurrencyWhile", async (original, given) => void (await original(...given))),
  },
  {
    name: "block-failure-resets-nothing",
    what: "A callback of blockConcurrencyWhile that throws leaves the instance as it is.",
    caughtBy: ["do.gate.block.throw", "do.gate.block.throw.others"],
    defect: state("blockConcurrencyWhile", async (original, [run]) => {
      let failure: { readonly error: unknown } | undefined;
      const value = await original(() => (run as () => Promise<unknown>)().catch((error: unknown) => void (failure = { error })));
      if (failure !== undefined) throw failure.error;
      return value;
    }),
  },
  {
    name: "input-gate-open",
    what: "Other events are let in while storage is read.",
    caughtBy: ["do.gate.input", "do.gate.input.legacy", "do.gate.input.operations", "do.gate.input.operations.legacy"],
    defect: storage("get", async (original, given) => {
      await scheduler.wait(1);
      return original(...given);
    }),
  },
  {
    name: "object-takes-one-event",
    what: "An event keeps all others out until it is over, whatever it awaits.",
    caughtBy: ["do.gate.input.timer", "do.gate.input.call"],
    defect: {
      object(object) {
        let last: Promise<unknown> = Promise.resolve();
        const act = Reflect.get(object, "act") as (...given: unknown[]) => Promise<unknown>;
        const inTurn = (...given: unknown[]): Promise<unknown> => (last = last.then(() => Reflect.apply(act, object, given), nothing));
        // What only an instance has cannot be called from outside, so the class's method asks the instance.
        turns.set(object, inTurn);
        patch(object, "act", (_original, given, self) => turns.get(self)?.(...given));
      },
    },
  },
  {
    name: "abort-ends-one-event",
    what: "ctx.abort ends the event that calls it, and neither the others nor the instance.",
    caughtBy: ["do.abort", "do.abort.others"],
    defect: state("abort", (_original, [reason]) => {
      throw new Error(String(reason));
    }),
  },
  {
    name: "wait-until-ends-with-answer",
    what: "What an object gave to waitUntil ends with its answer.",
    caughtBy: ["do.wait-until"],
    defect: {
      object(object, ctx) {
        patch(ctx, "waitUntil", (_original, _given, self) => void answering.add(self));
        // The instance is gone when the next event comes: what it was at ends with it.
        patch(object, "act", (original, given, self) => {
          const { ctx: of } = self as { readonly ctx: DurableObjectState };
          if (answering.has(of)) of.abort("the answer is given");
          return original(...given);
        });
      },
    },
  },
  {
    name: "object-ends-early",
    what: "An object ends before it is done with what it is at.",
    caughtBy: ["do.disconnect", "do.context.disconnect"],
    defect: { object: (_object, ctx) => void setTimeout(() => ctx.abort("too early"), 700) },
  },
];

const turns = new WeakMap<object, (...given: unknown[]) => Promise<unknown>>();
