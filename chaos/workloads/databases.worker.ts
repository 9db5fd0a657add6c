// The program under the workloads on a D1 database. Sessions: items whose rows say by which write they were last changed, numbered
// by a counter in the same batch. Transactions: lists that a batch appends to and reads. What D1 refuses for its SQL certainly did
// not happen; any other error leaves open whether it did.
import objects, { type Asked, Objects } from "./objects.worker.js";

export { Objects };

interface Env {
  readonly DB: D1Database;
  readonly OBJECTS: DurableObjectNamespace<Objects>;
}

interface SessionInput {
  readonly session?: string;
  readonly bookmark?: string;
  readonly start?: string;
  readonly items: readonly string[];
}

type Step = readonly [action: "append" | "r", list: string, value: number | null];

const schema = [
  "CREATE TABLE IF NOT EXISTS chaos_counter (key TEXT PRIMARY KEY, n INTEGER NOT NULL)",
  "CREATE TABLE IF NOT EXISTS chaos_item (key TEXT, item TEXT, version INTEGER NOT NULL, PRIMARY KEY (key, item))",
  "CREATE TABLE IF NOT EXISTS chaos_element (place INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, value INTEGER NOT NULL)",
  "CREATE INDEX IF NOT EXISTS chaos_list ON chaos_element (list, place)",
];

let made: Promise<unknown> | undefined;

/** The schema, made once by each isolate: a statement that changes it costs replicas a new copy. */
async function ready(env: Env): Promise<void> {
  made ??= env.DB.prepare("SELECT 1 FROM chaos_element LIMIT 1")
    .all()
    .catch(() => env.DB.batch(schema.map((sql) => env.DB.prepare(sql))));
  await made.catch((error: unknown) => {
    made = undefined;
    throw error;
  });
}

async function write(env: Env, key: string, { session, bookmark, start, items }: SessionInput): Promise<unknown> {
  const speaker = session === undefined ? env.DB : env.DB.withSession(bookmark ?? start);
  const results = await speaker.batch<{ readonly n: number }>([
    speaker.prepare("INSERT INTO chaos_counter VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET n = n + 1 RETURNING n").bind(key),
    ...items.map((item) => speaker.prepare("INSERT OR REPLACE INTO chaos_item SELECT key, ?, n FROM chaos_counter WHERE key = ?").bind(item, key)),
  ]);
  return { version: results[0]?.results[0]?.n, ...("getBookmark" in speaker ? { bookmark: speaker.getBookmark() } : {}) };
}

async function read(env: Env, key: string, { session, bookmark, start, items }: SessionInput): Promise<unknown> {
  const speaker = session === undefined ? env.DB : env.DB.withSession(bookmark ?? start);
  const marks = items.map(() => "?").join(", ");
  const { results } = await speaker.prepare(`SELECT item, version FROM chaos_item WHERE key = ? AND item IN (${marks})`).bind(key, ...items).all<{ readonly item: string; readonly version: number }>();
  const versions = Object.fromEntries(items.map((item) => [item, results.find((row) => row.item === item)?.version ?? 0]));
  return { versions, ...("getBookmark" in speaker ? { bookmark: speaker.getBookmark() } : {}) };
}

async function transaction(env: Env, key: string, steps: readonly Step[]): Promise<unknown> {
  const statements = steps.map(([action, list, value]) =>
    action === "append"
      ? env.DB.prepare("INSERT INTO chaos_element (list, value) VALUES (?, ?)").bind(`${key} ${list}`, value)
      : env.DB.prepare("SELECT value FROM chaos_element WHERE list = ? ORDER BY place").bind(`${key} ${list}`),
  );
  // A batch that fails at its end, after all that it did: nothing of it may be seen.
  const isAborted = steps.some(([, , value]) => value !== null && value % 8 === 0);
  if (isAborted) statements.push(env.DB.prepare("INSERT INTO chaos_element (list, value) VALUES (NULL, 0)"));
  const results = await env.DB.batch<{ readonly value: number }>(statements);
  return steps.map(([action, list, value], index) => (action === "append" ? [action, list, value] : [action, list, (results[index]?.results ?? []).map((row) => row.value)]));
}

async function operate(env: Env, { workload, action, key, input }: Asked): Promise<Response> {
  try {
    await ready(env);
    const output = workload === "transactions" ? await transaction(env, key, input as readonly Step[]) : await (action === "write" ? write : read)(env, key, input as SessionInput);
    return Response.json({ ok: true, output });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/constraint failed|no such table|SQLITE_ERROR/i.test(reason)) return Response.json({ ok: false, reason });
    return new Response(reason, { status: 503 });
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/operation") return operate(env, await request.json<Asked>());
    if (pathname === "/primary") {
      // Asked outside of sessions: the primary itself says where it is.
      const { meta } = await env.DB.prepare("SELECT 1").run();
      return Response.json({ region: meta.served_by_region ?? null });
    }
    return objects.fetch(request as Parameters<typeof objects.fetch>[0], env);
  },
} satisfies ExportedHandler<Env>;
