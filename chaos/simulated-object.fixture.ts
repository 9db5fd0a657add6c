// An object of the simulated edge: one operation of any workload at once, and what was before its last change.

export interface Stored {
  cell: unknown;
  list: unknown[];
  before: { cell: unknown; list: unknown[] };
  home: string;
}

export interface Operated {
  readonly workload: string;
  readonly action: string;
  readonly key: string;
  readonly input?: unknown;
}

/** Whether an operation changes its object. */
export function isChange({ action }: Pick<Operated, "action">): boolean {
  return action !== "read" && action !== "contains";
}

/** One operation of any workload, at once. */
export function carryOut(object: Stored, { workload, action, input }: Operated): unknown {
  const change = (next: Partial<Pick<Stored, "cell" | "list">>): void => {
    object.before = { cell: object.cell, list: object.list };
    Object.assign(object, next);
  };
  const has = object.list.includes(input);
  switch (`${workload} ${action}`) {
    case "register write":
    case "cas write":
      change({ cell: input });
      return null;
    case "cas cas": {
      const [from, to] = Array.isArray(input) ? (input as unknown[]) : [];
      if (object.cell !== from) return false;
      change({ cell: to });
      return true;
    }
    case "counter increment":
      change({ cell: Number(object.cell ?? 0) + 1 });
      return object.cell;
    case "counter read":
      return object.cell ?? 0;
    case "set add":
      if (!has) change({ list: [...object.list, input] });
      return !has;
    case "set remove":
      if (has) change({ list: object.list.filter((one) => one !== input) });
      return has;
    case "set contains":
      return has;
    case "append append":
      change({ list: [...object.list, input] });
      return null;
    case "set read":
    case "append read":
      return object.list;
    default:
      return object.cell;
  }
}
