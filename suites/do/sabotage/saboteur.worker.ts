// Stands around a fixture's program in the suite's own tests: exports what the program exports, with one defect planted.
import type { Defect, PlantedSabotage } from "./defect.worker.js";
import { sabotages as alarms } from "./alarms.worker.js";
import { sabotages as calls } from "./calls.worker.js";
import { sabotages as gates } from "./gates.worker.js";
import { sabotages as ids } from "./ids.worker.js";
import { sabotages as sockets } from "./sockets.worker.js";
import { sabotages as sql } from "./sql.worker.js";
import { sabotages as storage } from "./storage.worker.js";
import { sabotages as stubs } from "./stubs.worker.js";
import { sabotages as writes } from "./writes.worker.js";

const all: readonly PlantedSabotage[] = [...ids, ...stubs, ...calls, ...sockets, ...storage, ...writes, ...sql, ...gates, ...alarms];

type Bindings = Readonly<Record<string, unknown>>;
type ObjectClass = new (ctx: DurableObjectState, env: Bindings) => object;
interface Handler {
  fetch(request: Request, env: Bindings, ctx: ExecutionContext): Response | Promise<Response>;
}

/**
 * @param program the exports of the fixture's program
 * @param classes names of its classes of objects
 * @param name the sabotage; "none" plants nothing
 */
export function plant(program: Readonly<Record<string, unknown>>, classes: readonly string[], name: string): Record<string, unknown> {
  const found = all.find((sabotage) => sabotage.name === name);
  if (found === undefined && name !== "none") throw new Error(`no sabotage ${name}`);
  const defect: Defect = found?.defect ?? {};
  const planted: Record<string, unknown> = { ...program };
  for (const className of classes) planted[className] = broken(program[className] as ObjectClass, className, defect);
  const handler = program["default"] as Handler | undefined;
  if (handler === undefined) return planted;
  planted["default"] = {
    ...handler,
    fetch(request: Request, env: Bindings, ctx: ExecutionContext): Response | Promise<Response> {
      defect.env?.(env);
      const next = async (passed: Request): Promise<Response> => handler.fetch(passed, env, ctx);
      return defect.fetch === undefined ? next(request) : defect.fetch(request, next, env);
    },
  };
  return planted;
}

function broken(original: ObjectClass, className: string, defect: Defect): ObjectClass {
  if (defect.env === undefined && defect.state === undefined && defect.object === undefined) return original;
  return class extends original {
    constructor(ctx: DurableObjectState, env: Bindings) {
      defect.env?.(env);
      defect.state?.(ctx, env, className);
      super(ctx, env);
      defect.object?.(this, ctx, className);
    }
  };
}
