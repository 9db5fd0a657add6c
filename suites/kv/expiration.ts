// Expiration: how it is asked for, refused and listed, and that an expired key is gone. All keys that must expire are
// written first and share one wait, so that a target in real time needs one minute and not six.
import assert from "node:assert/strict";
import { type CheckContext, Inconclusive } from "../check.js";
import { assertRefused, kvClient, type KvValue, popsOf } from "./client.js";
import { kvCheck } from "./check.js";

const shortestTtlSeconds = 60;
/** Slack after the moment of expiration: reading through a busy machine, and clocks in whole seconds. */
const marginMs = 8000;
/** Keys that a machine which stands still writes too slowly are written again, so many times in all. */
const mostAttempts = 3;

interface Expiring {
  readonly prefix: string;
  /** Resolves when the time of all keys is over. */
  readonly over: Promise<void>;
}

const scenarios = new WeakMap<object, Promise<Expiring>>();

/** Writes the keys that expire, once per run. */
function expiring(context: CheckContext): Promise<Expiring> {
  const known = scenarios.get(context.verbs);
  if (known !== undefined) return known;
  const started = write(context);
  scenarios.set(context.verbs, started);
  // A scenario that failed to start must not be found again by a check that could start it.
  started.catch(() => scenarios.delete(context.verbs));
  return started;
}

async function write(context: CheckContext): Promise<Expiring> {
  const kv = kvClient(context.fixture);
  const prefix = `expiring-${context.unique}`;
  const absoluteSeconds = Math.floor(Date.now() / 1000) + shortestTtlSeconds + 5;
  const startMs = performance.now();
  const answers = await kv.attempt([
    { op: "put", key: `${prefix}-ttl`, text: "value", options: { expirationTtl: shortestTtlSeconds, metadata: { m: 1 } } },
    { op: "put", key: `${prefix}-absolute`, text: "value", options: { expiration: absoluteSeconds } },
    { op: "put", key: `${prefix}-kept`, text: "value" },
    // Cached for an hour; must still be gone when it expires.
    { op: "get", key: `${prefix}-ttl`, options: { cacheTtl: 3600 } },
  ]);
  const isLate = Date.now() / 1000 > absoluteSeconds - shortestTtlSeconds;
  if (isLate && answers.some(({ ok }) => !ok)) throw new Inconclusive("the keys were written so late that one expires too soon to be taken");
  for (const answer of answers) assert.ok(answer.ok, answer.ok ? "" : answer.message);
  const waitMs = context.scaled((shortestTtlSeconds + 5) * 1000);
  const over = new Promise<void>((resolve) => {
    setTimeout(resolve, Math.max(0, waitMs - (performance.now() - startMs))).unref();
  });
  return { prefix, over };
}

const timeoutMs = (target: { readonly timeScale: number }): number => ((shortestTtlSeconds + 5) * 1000) / target.timeScale + 2 * marginMs;

async function assertGone(context: CheckContext, suffix: string, options?: Readonly<Record<string, unknown>>): Promise<void> {
  const { prefix, over } = await expiring(context);
  const kv = kvClient(context.fixture);
  await over;
  await context.until(
    () => kv.get(`${prefix}-${suffix}`, options),
    (value) => value === null,
    { deadlineMs: marginMs, what: "the expired key reads as absent" },
  );
}

export const expirationChecks = [
  kvCheck({
    id: "kv.expiration.listed",
    promise: "a listing gives the expiration of a key in absolute seconds, also when it was set as a TTL",
    claims: ["KV-24"],
    async run(context) {
      const kv = kvClient(context.fixture);
      const prefix = context.unique;
      const writtenAtSeconds = Math.floor(Date.now() / 1000);
      const absoluteSeconds = writtenAtSeconds + 2 * shortestTtlSeconds;
      const written = await kv.attempt([
        { op: "put", key: `${prefix}-ttl`, text: "value", options: { expirationTtl: shortestTtlSeconds } },
        { op: "put", key: `${prefix}-absolute`, text: "value", options: { expiration: absoluteSeconds } },
        { op: "put", key: `${prefix}-kept`, text: "value" },
      ]);
      const answeredAtSeconds = Math.floor(Date.now() / 1000);
      assert.ok(written.every((answer) => answer.ok));

      const { keys } = await kv.list({ prefix });

      const byName = new Map(keys.map((key) => [key.name.slice(prefix.length + 1), key.expiration]));
      assert.equal(byName.get("absolute"), absoluteSeconds);
      const ttl = byName.get("ttl") ?? 0;
      // Counted from some moment of the write, by clocks that may be 2 s apart.
      const [earliest, latest] = [writtenAtSeconds + shortestTtlSeconds - 2, answeredAtSeconds + shortestTtlSeconds + 2];
      assert.ok(ttl >= earliest && ttl <= latest, `the expiration of a TTL of 60 s is 60 s after the write: ${ttl - writtenAtSeconds} s after it began, which took ${answeredAtSeconds - writtenAtSeconds} s`);
      assert.equal(byName.get("kept"), undefined);
    },
  }),
  kvCheck({
    id: "kv.expiration.pending",
    promise: "a key that will expire is there until it does",
    claims: ["KV-19"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.put(unique, "value", { expirationTtl: 3600 });

      assert.equal(await kv.get(unique), "value");
    },
  }),
  kvCheck({
    id: "kv.expiration.ttl.minimum",
    promise: "an expirationTtl under 60 s is refused with 400",
    claims: ["KV-16"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      const answers = await kv.attempt([59, 0, -1].map((expirationTtl) => ({ op: "put", key: unique, text: "value", options: { expirationTtl } })));

      for (const answer of answers) assertRefused(answer, [/400/, /expiration_?ttl/i]);
      assert.equal(await kv.get(unique), null);
    },
  }),
  kvCheck({
    id: "kv.expiration.absolute.minimum",
    promise: "an expiration nearer than 60 s, or past, is refused with 400",
    claims: ["KV-17"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const nowSeconds = Math.floor(Date.now() / 1000);

      const answers = await kv.attempt([nowSeconds + 30, nowSeconds - 10].map((expiration) => ({ op: "put", key: unique, text: "value", options: { expiration } })));

      for (const answer of answers) assertRefused(answer, [/400/, /expiration/i]);
      assert.equal(await kv.get(unique), null);
    },
  }),
  kvCheck({
    id: "kv.expiration.ttl",
    isWaiting: true,
    promise: "a key written with expirationTtl is absent when that time has passed",
    claims: ["KV-19"],
    timeoutMs,
    run: (context) => assertGone(context, "ttl"),
  }),
  kvCheck({
    id: "kv.expiration.absolute",
    isWaiting: true,
    promise: "a key written with an absolute expiration is absent after it",
    claims: ["KV-19"],
    timeoutMs,
    run: (context) => assertGone(context, "absolute"),
  }),
  kvCheck({
    id: "kv.expiration.cache-ttl",
    isWaiting: true,
    promise: "a longer cacheTtl does not keep a key alive that has expired",
    claims: ["KV-18"],
    timeoutMs,
    run: (context) => assertGone(context, "ttl", { cacheTtl: 3600 }),
  }),
  kvCheck({
    id: "kv.expiration.metadata",
    isWaiting: true,
    promise: "an expired key has no metadata either",
    claims: ["KV-19"],
    timeoutMs,
    async run(context) {
      const { prefix, over } = await expiring(context);
      const kv = kvClient(context.fixture);
      await over;

      await context.until(
        async () => JSON.stringify(await kv.run({ op: "getWithMetadata", key: `${prefix}-ttl` })),
        (found) => found === '{"value":null,"metadata":null}',
        { deadlineMs: marginMs, what: "value and metadata of the expired key are absent" },
      );
    },
  }),
  kvCheck({
    id: "kv.expiration.list",
    isWaiting: true,
    promise: "expired keys leave the listing, others stay",
    claims: ["KV-19"],
    timeoutMs,
    async run(context) {
      const { prefix, over } = await expiring(context);
      const kv = kvClient(context.fixture);
      await over;

      await context.until(
        async () => (await kv.list({ prefix })).keys.map((key) => key.name),
        (names) => names.length === 1 && names[0] === `${prefix}-kept`,
        { deadlineMs: marginMs, what: "only the key without expiration is listed" },
      );
    },
  }),
  kvCheck({
    id: "kv.expiration.everywhere",
    isWaiting: true,
    promise: "a key expires at every PoP at its time, whichever PoP wrote it: not before half of that time, and not after it",
    claims: ["KV-19"],
    level: "distributed",
    pops: 2,
    timeoutMs: (target) => (shortestTtlSeconds * 2 * 1000) / target.timeScale + 4 * marginMs,
    async run(context) {
      const pops = popsOf(context);
      const clients = pops.map((pop) => kvClient(context.fixture, pop));
      const ttlMs = context.scaled(shortestTtlSeconds * 1000);
      // A key from each PoP: whose clock counts is then seen from both sides.
      let keys: readonly string[] = [];
      const readEverywhere = async (): Promise<readonly (string | null)[]> =>
        (await Promise.all(clients.map((client) => client.attempt(keys.map((key) => ({ op: "get", key })))))).flat().map((answer) => (answer.ok ? ((answer.value as KvValue | null)?.text ?? null) : "refused"));

      // Nobody may miss it before half of its time, and everybody must when it is over. Keys that were written so slowly that
      // half of it had passed tell nothing of that: then others are written.
      const early: (readonly (string | null)[])[] = [];
      for (let attempt = 0; early.length === 0 && attempt < mostAttempts; attempt++) {
        keys = pops.map((pop) => `${context.unique}-${attempt}-${pop}`);
        const writtenMs = performance.now();
        const isEarly = (): boolean => performance.now() - writtenMs < ttlMs / 2;
        await Promise.all(clients.map((client, index) => client.put(keys[index] ?? "", "value", { expirationTtl: shortestTtlSeconds })));
        while (isEarly()) {
          const values = await readEverywhere();
          // An answer that came later may be of a later time.
          if (isEarly()) early.push(values);
          await nextProbe(context, ttlMs / 20);
        }
      }
      await context.until(readEverywhere, (values) => values.every((value) => value === null), {
        deadlineMs: ttlMs / 2 + marginAfterTtlMs(ttlMs),
        what: "the expired key is absent at every PoP",
      });

      if (early.length === 0) throw new Inconclusive(`nothing was read within half of a key's time, ${ttlMs / 2} ms, in ${mostAttempts} attempts`);
      assert.deepEqual([...new Set(early.flat())], ["value"]);
    },
  }),
];

/** Late by half of its time, or by the whole seconds in which clocks may count, is late. */
function marginAfterTtlMs(ttlMs: number): number {
  return Math.max(1500, ttlMs / 2);
}

/** The interval of a reader that polls; it is not a wait for the target. */
function nextProbe(context: CheckContext, intervalMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(20, intervalMs));
    context.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
