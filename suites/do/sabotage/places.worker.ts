// Where in an object's state a defect may sit: one method of its storage, of its state, of SQL, or its alarm handler.
import { patch, type Defect, type Replacement } from "./defect.worker.js";

type Place = Pick<Defect, "state" | "object">;

/** Puts a defect around one method of storage. */
export const storage = (name: string, replacement: Replacement): Place => ({ state: ({ storage: of }) => patch(of, name, replacement) });

/** Puts a defect around one method of an object's state. */
export const state = (name: string, replacement: Replacement): Place => ({ state: (of) => patch(of, name, replacement) });

/** Puts a defect around SQL, where there is any. */
export const sql = (replacement: Replacement): Place => ({
  state: ({ storage: of }, _env, className) => {
    if (className !== "Legacy") patch(of.sql, "exec", replacement);
  },
});

/** Puts a defect around one method of storage.kv, where there is any. */
export const kv = (name: string, replacement: Replacement): Place => ({
  state: ({ storage: of }, _env, className) => {
    if (className !== "Legacy") patch(of.kv, name, replacement);
  },
});

/** Puts a defect around the alarm handlers of classes that have one. */
export const alarm = (replacement: (original: (info: unknown) => Promise<void>, info: unknown, ctx: DurableObjectState) => Promise<void>): Place => ({
  object: (object, ctx) => {
    if (!("alarm" in object)) return;
    states.set(object, ctx);
    patch(object, "alarm", (original, [info], self) => replacement((passed) => original(passed) as Promise<void>, info, stateOf(self)));
  },
});

const states = new WeakMap<object, DurableObjectState>();

function stateOf(object: object): DurableObjectState {
  const found = states.get(object);
  if (found === undefined) throw new TypeError("an object that was seen at its construction expected");
  return found;
}

/** A check and its twin on storage of the older kind. */
export const both = (...ids: readonly [string, ...string[]]): [string, ...string[]] => ids.flatMap((id) => [id, `${id}.legacy`]) as [string, ...string[]];
