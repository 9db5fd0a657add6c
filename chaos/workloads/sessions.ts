// Sessions on a D1 database: each client goes on with its session's bookmark, or begins another with the bookmark of another
// client, mostly at another PoP, or with none; some ask outside of sessions. Every row says which write it is from.
import { checkSessions } from "../checkers/sessions.js";
import { pick } from "../random.js";
import { databasesFixture, databasesNeeds, groupOf, primaryHome } from "./databases.js";
import { tallySessions } from "./tally.js";
import type { Turn, Workload } from "./workload.js";

const operationsPerGroup = 1_000;
const items = ["a", "b", "c", "d", "e", "f"] as const;

export const sessionsWorkload: Workload = {
  id: "sessions",
  title: "reads and writes of sessions that hand bookmarks to each other",
  needs: databasesNeeds,
  fixture: databasesFixture,
  home: primaryHome,
  next(turn) {
    const { random } = turn;
    const key = groupOf(turn, operationsPerGroup);
    const isWrite = random() < 0.35;
    const first = Math.floor(random() * items.length);
    const chosen = items.filter((_, index) => index === first || (!isWrite && index === (first + 1) % items.length) || random() < 0.15);
    return { action: isWrite ? "write" : "read", key, input: { ...(random() < 0.08 ? {} : sessionOf(turn, key)), items: chosen } };
  },
  // Outside of sessions: the primary must know everything that was ever acknowledged.
  finalReads: (keys) => keys.map((key) => ({ action: "read", key, input: { items } })),
  tally: tallySessions,
  judge: (operations) => checkSessions(operations),
};

interface SessionInput {
  readonly session: string;
  readonly bookmark?: string;
  /** What a session without a bookmark begins with. */
  readonly start?: string;
}

function sessionOf({ client, clients, issued, random, latest }: Turn, key: string): SessionInput {
  const own = sessionIn(latest(client), key);
  if (own !== undefined && random() < 0.8) return own;
  const other = random() < 0.75 ? sessionIn(latest(Math.floor(random() * clients)), key) : undefined;
  const session = `s${issued}`;
  return other?.bookmark === undefined ? { session, start: pick(["first-unconstrained", "first-primary"], random) } : { session, bookmark: other.bookmark };
}

/** The session of a client's last answered operation, as it would go on. */
function sessionIn(last: ReturnType<Turn["latest"]>, key: string): SessionInput | undefined {
  if (last === undefined || last.invocation.key !== key) return undefined;
  const session = textIn(last.invocation.input, "session");
  const bookmark = textIn(last.output, "bookmark");
  return session === undefined || bookmark === undefined ? undefined : { session, bookmark };
}

function textIn(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : undefined;
}
