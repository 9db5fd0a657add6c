// What a defect of a database may take hold of: every call that a program makes of its D1 bindings, between the program and
// the platform's own binding.
import type { Sabotage } from "./sabotage.js";

export type Method = "all" | "run" | "first" | "raw" | "exec" | "batch";

export interface Asked {
  readonly sql: string;
  /** undefined when nothing was bound. */
  readonly params?: readonly unknown[] | undefined;
}

/** Where a call is made. */
export interface Place {
  readonly popId: string;
  readonly deployment: string;
  readonly binding: string;
  /** The program's bindings as the platform gave them. */
  readonly env: Readonly<Record<string, D1Database>>;
}

/** A session of the program, as it began. */
export interface Begun {
  readonly start: string | undefined;
  readonly own: D1DatabaseSession;
}

export interface Call {
  readonly method: Method;
  /** One, but for a batch. */
  readonly statements: readonly Asked[];
  /** Of first() a column, of raw() its options. */
  readonly option?: unknown;
  /** The platform's database, or its session. */
  readonly speaker: D1Database | D1DatabaseSession;
  /** Absent outside of sessions. */
  readonly session?: Begun;
  readonly place: Place;
}

/** Carries a call out as it was made, or otherwise. */
export type CarryOut = (changed?: Partial<Pick<Call, "method" | "statements" | "option" | "speaker">>) => Promise<unknown>;

export interface Defect {
  readonly call?: (call: Call, carryOut: CarryOut) => Promise<unknown>;
  /** What a session says its bookmark is. */
  readonly bookmark?: (bookmark: string | null, session: Begun) => string | null;
  /** The session that withSession gives. */
  readonly session?: (start: string | undefined, place: Place, begin: (start: string | undefined) => D1DatabaseSession) => D1DatabaseSession;
  /** The database behind a binding. */
  readonly database?: (place: Place) => D1Database;
  /** Methods that are not there. */
  readonly absent?: readonly string[];
}

export type PlantedSabotage = Sabotage<Defect>;

/** A result of all(), run() and of each statement of a batch. */
export type Result = D1Result<Record<string, unknown>>;

/** A defect of results, however they were asked for. */
export function results(change: (result: Result, asked: Asked) => Result): Defect {
  return {
    async call({ method, statements }, carryOut) {
      const value = await carryOut();
      const [first = { sql: "" }] = statements;
      if (method === "batch") return (value as readonly Result[]).map((result, index) => change(result, statements[index] ?? first));
      return method === "all" || method === "run" ? change(value as Result, first) : value;
    },
  };
}

/** A defect of the numbers beside a result. */
export function meta(change: (meta: Record<string, unknown>, asked: Asked) => Record<string, unknown>): Defect {
  return results((result, asked) => ({ ...result, meta: change({ ...result.meta }, asked) as Result["meta"] }));
}

/** A defect of one method's value. */
export function value(method: Method, change: (value: unknown, call: Call) => unknown): Defect {
  return { call: async (call, carryOut) => (call.method === method ? change(await carryOut(), call) : carryOut()) };
}

/** A defect of what is asked: each statement is another one. */
export function asked(change: (asked: Asked, place: Place) => Asked): Defect {
  return { call: (call, carryOut) => carryOut({ statements: call.statements.map((one) => change(one, call.place)) }) };
}

/** A defect of the text of statements. */
export function sql(change: (sql: string) => string): Defect {
  return asked((one) => ({ ...one, sql: change(one.sql) }));
}

/** A defect of what is bound. */
export function bound(change: (value: unknown) => unknown): Defect {
  return asked(({ params, ...one }) => (params === undefined ? one : { ...one, params: params.map(change) }));
}

/** A platform that refuses some statements, in words of its own. */
export function refusing(which: (one: Asked) => boolean, words = "not supported"): Defect {
  return {
    async call({ statements }, carryOut) {
      const refused = statements.find(which);
      if (refused !== undefined) throw new Error(`D1_ERROR: ${words}: SQLITE_ERROR`);
      return carryOut();
    },
  };
}

/** A defect of errors: what comes in the place of one. */
export function failing(instead: (error: Error, call: Call) => unknown): Defect {
  return {
    async call(call, carryOut) {
      try {
        return await carryOut();
      } catch (error) {
        return instead(error as Error, call);
      }
    },
  };
}

/** What all() gives when nothing was found and nothing was done. */
export const nothing: Result = { success: true, results: [], meta: { duration: 0, changes: 0, last_row_id: 0, changed_db: false, size_after: 0, rows_read: 0, rows_written: 0 } };
