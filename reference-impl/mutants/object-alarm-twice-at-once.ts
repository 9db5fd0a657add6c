// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-alarm-twice-at-once",
  defect: "An alarm's handler runs twice at the same time.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "return Reflect.construct(target, given, newTarget === made ? target : newTarget) as object;",
  replace: [
    "const object = Reflect.construct(target, given, newTarget === made ? target : newTarget) as any;",
    "const { alarm } = object;",
    'if (typeof alarm === "function") object.alarm = (info: unknown) => Promise.all([alarm.call(object, info), alarm.call(object, info)]);',
    "return object as object;",
  ].join("\n"),
  caughtBy: ["do.alarm.fires"],
} satisfies Mutant;
