// Defects of alarms: when they run, how often, what they are told and what is left of them.
import { patch, type PlantedSabotage } from "./defect.worker.js";
import { alarm, storage } from "./places.worker.js";

const timeOf = (time: unknown): number => (time instanceof Date ? time.getTime() : Number(time));
const asStorage = (self: object): DurableObjectStorage => self as DurableObjectStorage;

/** Storage of instances whose constructor blocks, whose alarm handler runs, or that have set an alarm. */
const blocking = new WeakSet<object>();
const running = new WeakSet<object>();
const setters = new WeakSet<object>();
/** Runs an object's alarm handler, by its storage. */
const handlers = new WeakMap<object, () => Promise<void>>();

/** Tries a handler again and again, at once. */
async function tryAtOnce(original: (info: unknown) => Promise<void>, most: number): Promise<void> {
  for (let retryCount = 0; ; retryCount++) {
    try {
      return await original({ retryCount, isRetry: retryCount > 0 });
    } catch (error) {
      if (retryCount === most) throw error;
    }
  }
}

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "alarm-ignores-dates",
    what: "setAlarm does nothing with a Date.",
    caughtBy: ["do.alarm.date"],
    defect: storage("setAlarm", async (original, given) => (given[0] instanceof Date ? undefined : original(...given))),
  },
  {
    name: "alarm-swallows-refusals",
    what: "What setAlarm cannot take is taken without a word.",
    caughtBy: ["do.alarm.invalid", "do.alarm.handler.missing"],
    defect: storage("setAlarm", async (original, given) => {
      try {
        await original(...given);
      } catch {
        // The defect.
      }
    }),
  },
  {
    name: "alarm-first-stays",
    what: "An alarm that is set stays as it is when another is set.",
    caughtBy: ["do.alarm.overwrite"],
    defect: storage("setAlarm", async (original, given, self) => ((await asStorage(self).getAlarm()) === null ? original(...given) : undefined)),
  },
  {
    name: "alarm-cannot-be-deleted",
    what: "deleteAlarm deletes nothing.",
    caughtBy: ["do.alarm.get", "do.alarm.delete", "do.alarm.delete.inside"],
    defect: storage("deleteAlarm", async () => undefined),
  },
  {
    name: "alarm-outlives-delete-all",
    what: "deleteAll leaves the alarm.",
    caughtBy: ["do.alarm.delete-all"],
    defect: storage("deleteAll", async (original, given, self) => {
      const due = await asStorage(self).getAlarm();
      await original(...given);
      if (due !== null) await asStorage(self).setAlarm(due);
    }),
  },
  {
    name: "alarm-shown-while-it-runs",
    what: "getAlarm gives a time where there is no alarm.",
    caughtBy: ["do.alarm.get", "do.alarm.inside"],
    defect: storage("getAlarm", async (original, given) => (await original(...given)) ?? Date.now()),
  },
  {
    name: "alarm-told-nothing",
    what: "A handler is not told whether it runs again.",
    caughtBy: ["do.alarm.info"],
    defect: alarm((original) => original(undefined)),
  },
  {
    name: "alarm-of-the-past-lost",
    what: "An alarm whose time is past is dropped.",
    caughtBy: ["do.alarm.past"],
    defect: storage("setAlarm", async (original, given) => (timeOf(given[0]) < Date.now() ? undefined : original(...given))),
  },
  {
    name: "alarm-lost-while-blocking",
    what: "An alarm that is set inside blockConcurrencyWhile is dropped.",
    caughtBy: ["do.alarm.constructor"],
    defect: {
      state(ctx) {
        patch(ctx, "blockConcurrencyWhile", (original, [run], self) => {
          const { storage: of } = self as DurableObjectState;
          blocking.add(of);
          return original(() => (run as () => Promise<unknown>)().finally(() => blocking.delete(of)));
        });
        patch(ctx.storage, "setAlarm", async (original, given, self) => (blocking.has(self) ? undefined : original(...given)));
      },
    },
  },
  {
    name: "alarm-runs-twice",
    what: "Each alarm runs its handler twice, one time after the other.",
    caughtBy: ["do.alarm.fires", "do.alarm.again", "do.alarm.many"],
    defect: alarm(async (original, info) => {
      await original(info);
      await original(info);
    }),
  },
  {
    name: "alarm-runs-beside-another",
    what: "An alarm that is due while the handler runs does not wait for its end.",
    caughtBy: ["do.alarm.one"],
    defect: {
      object(object, ctx) {
        if (!("alarm" in object)) return;
        const own = object as { alarm(info: unknown): Promise<void>; readonly ctx: DurableObjectState };
        handlers.set(ctx.storage, () => own.alarm({ retryCount: 0, isRetry: false }));
        patch(object, "alarm", (original, given, self) => {
          const { storage: of } = (self as typeof own).ctx;
          running.add(of);
          return (original(...given) as Promise<void>).finally(() => running.delete(of));
        });
        patch(ctx.storage, "setAlarm", async (original, given, self) => {
          if (!running.has(self) || timeOf(given[0]) > Date.now()) return original(...given);
          void handlers.get(self)?.();
        });
      },
    },
  },
  {
    name: "alarm-dies-with-its-instance",
    what: "An alarm does not run in another instance than the one that set it.",
    caughtBy: ["do.alarm.wakes"],
    defect: {
      state({ storage: of }) {
        patch(of, "setAlarm", (original, given, self) => {
          setters.add(self);
          return original(...given);
        });
      },
      ...alarm(async (original, info, ctx) => (setters.has(ctx.storage) ? original(info) : undefined)),
    },
  },
  {
    name: "alarm-tried-again-at-once",
    what: "A handler that fails is tried again without a wait, and without end.",
    caughtBy: ["do.alarm.retry", "do.alarm.retry.limit"],
    defect: alarm((original) => tryAtOnce(original, 20)),
  },
  {
    name: "alarm-cut-off",
    what: "A handler that takes longer than a third of what is documented is ended.",
    caughtBy: ["do.alarm.duration"],
    // The documented time is minutes long, and the engine knows nothing of it.
    timeScale: 1_000,
    patienceMs: 6_000,
    defect: alarm((original, info, ctx) => {
      setTimeout(() => ctx.abort("the handler takes too long"), 300);
      return original(info);
    }),
  },
];
