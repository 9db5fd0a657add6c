// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-alarm-once-at-most",
  defect: "An alarm is taken as done when its handler begins.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "return Reflect.construct(target, given, newTarget === made ? target : newTarget) as object;",
  replace: [
    "const object = Reflect.construct(target, given, newTarget === made ? target : newTarget) as any;",
    "const { alarm } = object;",
    'if (typeof alarm === "function") object.alarm = async (info: unknown) => (await (given[0] as any).storage.deleteAlarm(), alarm.call(object, info));',
    "return object as object;",
  ].join("\n"),
  caughtBy: ["do.alarm.kill.running"],
  isSlow: true,
} satisfies Mutant;
