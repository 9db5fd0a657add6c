// Defects of sessions, bookmarks and replicas, as a program sees them.
import { type Begun, type Call, type CarryOut, type Defect, meta, type Place, type Result, results, type PlantedSabotage } from "./defect.worker.js";

const isConstraint = (start: string | undefined): boolean => start === undefined || start === "first-primary" || start === "first-unconstrained";
const databaseAt = ({ env, binding }: Place): D1Database => {
  const found = env[binding];
  if (found === undefined) throw new Error("a database expected; there is none");
  return found;
};
/** Calls that no session begins with: each is by itself. */
const fresh = (start: string): Defect => ({ call: (call: Call, carryOut: CarryOut) => (call.session === undefined ? carryOut() : carryOut({ speaker: databaseAt(call.place).withSession(start) })) });
/** What an answer of the primary is taken for. */
const asReplicas: Defect = meta((all) => ({ ...all, served_by_primary: false }));
const shared = new Map<string, D1DatabaseSession>();

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "bookmark-ignored",
    what: "A session that begins with a bookmark begins without one.",
    caughtBy: ["d1.bookmark.fresh", "d1.replica.next-request", "d1.bookmark.refused.text", "d1.bookmark.refused.constraint", "d1.bookmark.refused.digits", "d1.bookmark.refused.another"],
    defect: { session: (start, _place, begin) => begin(isConstraint(start) ? start : "first-unconstrained") },
  },
  {
    name: "bookmark-early",
    what: "A session has a bookmark before it has asked anything.",
    caughtBy: ["d1.bookmark.none"],
    defect: { bookmark: (bookmark) => bookmark ?? "00000000-00000000-00000000-00000000000000000000000000000000" },
  },
  {
    name: "bookmark-sorts-backwards",
    what: "Later bookmarks sort before earlier ones.",
    caughtBy: ["d1.bookmark.order", "d1.bookmark.batch"],
    defect: { bookmark: (bookmark) => (bookmark === null ? null : bookmark.replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))) },
  },
  {
    name: "bookmark-stands-still",
    what: "A session's bookmark stays where it was first.",
    caughtBy: ["d1.bookmark.batch", "d1.bookmark.old", "d1.bookmark.order"],
    defect: {
      bookmark: (() => {
        const first = new Map<unknown, string>();
        return (bookmark: string | null, session: Begun): string | null => {
          if (bookmark === null) return null;
          const key = isConstraint(session.start) ? session : session.start;
          const known = first.get(key) ?? (isConstraint(session.start) ? bookmark : (session.start ?? bookmark));
          first.set(key, known);
          return known;
        };
      })(),
    },
  },
  {
    name: "session-forgets",
    what: "Each query of a session goes to the PoP's replica, whatever the session saw.",
    caughtBy: ["d1.replica.own-writes", "d1.replica.monotonic", "d1.bookmark.apart"],
    defect: { ...fresh("first-unconstrained") },
  },
  {
    name: "sessions-are-one",
    what: "All sessions of an isolate are the same one.",
    caughtBy: ["d1.bookmark.apart"],
    defect: {
      session(start, place, begin) {
        const key = `${place.binding} ${start ?? ""}`;
        const known = shared.get(key) ?? begin(start);
        shared.set(key, known);
        return known;
      },
    },
  },
  {
    name: "first-primary-at-replica",
    what: "first-primary is taken for first-unconstrained.",
    caughtBy: ["d1.replica.first-primary", "d1.replica.monotonic"],
    defect: { session: (start, _place, begin) => begin(start === "first-primary" ? "first-unconstrained" : start) },
  },
  {
    name: "no-session-at-replica",
    what: "Without a session the PoP's replica answers.",
    caughtBy: ["d1.replica.no-session"],
    defect: { call: (call, carryOut) => (call.session === undefined && call.place.popId === "b" && call.method === "all" ? carryOut({ speaker: databaseAt(call.place).withSession("first-unconstrained") }) : carryOut()) },
  },
  {
    name: "replica-is-primary",
    what: "There are no replicas, and the primary says that it is one.",
    caughtBy: ["d1.replica.stale", "d1.replica.next-request", "d1.replica.lag", "d1.replica.first-primary"],
    defect: {
      call: async (call, carryOut) => asReplicas.call?.(call, () => (call.session === undefined ? carryOut() : carryOut({ speaker: databaseAt(call.place).withSession("first-primary") }))),
    },
  },
  {
    name: "batch-reads-replica",
    what: "Queries of a batch are answered by the PoP's replica.",
    caughtBy: ["d1.replica.batch"],
    defect: {
      async call(call, carryOut) {
        const given = await carryOut();
        if (call.method !== "batch" || call.place.popId !== "b") return given;
        const replica = databaseAt(call.place).withSession("first-unconstrained");
        return Promise.all((given as readonly unknown[]).map(async (one, index) => (call.statements[index]?.sql.startsWith("SELECT") === true ? carryOut({ method: "all", statements: [call.statements[index] ?? { sql: "" }], speaker: replica }) : one)));
      },
    },
  },
  {
    name: "copy-of-its-own",
    what: "A replica makes random values and the last change by itself.",
    caughtBy: ["d1.replica.copy.log", "d1.replica.copy.random", "d1.replica.copy.schema"],
    defect: results((result: Result) => (Reflect.get(result.meta, "served_by_primary") === false ? { ...result, results: result.results.map((row) => Object.fromEntries(Object.entries(row).map(([name, one]) => [name, typeof one === "number" ? one + 1 : one]))) } : result)),
  },
];
