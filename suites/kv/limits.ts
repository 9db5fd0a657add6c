// Documented limits of KV, each tested on both sides: what is just allowed works, what is just over is refused as documented.
import assert from "node:assert/strict";
import { assertRefused, kvClient } from "./client.js";
import { kvCheck } from "./check.js";
import { nextWriteOf } from "./writes.js";

const mebibyte = 1024 * 1024;
const largestValueBytes = 25 * mebibyte;

/** A key of exactly so many UTF-8 bytes that begins with the prefix. */
function keyOf(prefix: string, bytes: number, filler = "k"): string {
  const left = bytes - Buffer.byteLength(prefix);
  const width = Buffer.byteLength(filler);
  return prefix + filler.repeat(Math.floor(left / width)) + "k".repeat(left % width);
}

export const limitChecks = [
  kvCheck({
    id: "kv.key.limit",
    promise: "a key of 512 bytes works, one of 513 is refused with 414 by every operation",
    claims: ["KV-12"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const longest = keyOf(unique, 512);
      const tooLong = keyOf(unique, 513);

      await kv.put(longest, "value");
      const refused = await kv.attempt([
        { op: "put", key: tooLong, text: "value" },
        { op: "get", key: tooLong },
        { op: "delete", key: tooLong },
      ]);

      assert.equal(await kv.get(longest), "value");
      for (const answer of refused) assertRefused(answer, [/414/, /512/]);
    },
  }),
  kvCheck({
    id: "kv.key.limit.bytes",
    promise: "the limit of a key counts UTF-8 bytes and not characters",
    claims: ["KV-12"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const longest = keyOf(unique, 512, "漢");
      const tooLong = keyOf(unique, 514, "漢");

      await kv.put(longest, "value");
      const [answer] = await kv.attempt([{ op: "put", key: tooLong, text: "value" }]);

      assert.equal(await kv.get(longest), "value");
      assertRefused(answer, [/414/]);
    },
  }),
  ...["", ".", ".."].map((key) =>
    kvCheck({
      id: `kv.key.reserved.${key === "" ? "empty" : key === "." ? "dot" : "dot-dot"}`,
      promise: `the key ${JSON.stringify(key)} is refused with a TypeError by every operation`,
      claims: ["KV-13"],
      async run({ fixture }) {
        const answers = await kvClient(fixture).attempt([
          { op: "put", key, text: "value" },
          { op: "get", key },
          { op: "delete", key },
        ]);

        for (const answer of answers) assertRefused(answer, [/TypeError/]);
      },
    }),
  ),
  kvCheck({
    id: "kv.value.limit",
    promise: "a value of 25 MiB is kept, one byte more is refused with 413",
    claims: ["KV-14"],
    timeoutMs: 60_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const patient = { deadlineMs: 30_000 };

      await kv.run({ op: "put", key: unique, sizeBytes: largestValueBytes }, patient);
      const [answer] = await kv.attempt([{ op: "put", key: `${unique}-over`, sizeBytes: largestValueBytes + 1 }], patient);

      assert.deepEqual(await kv.run({ op: "digest", key: unique }, patient), await kv.run({ op: "patternDigest", sizeBytes: largestValueBytes }, patient));
      assertRefused(answer, [/413/]);
      assert.equal(await kv.get(`${unique}-over`), null);
    },
  }),
  kvCheck({
    id: "kv.metadata.limit",
    promise: "metadata of 1,024 bytes as JSON is kept, one byte more is refused with 413",
    claims: ["KV-15"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      // A JSON string has its two quotes besides.
      const largest = "m".repeat(1022);

      await kv.put(unique, "value", { metadata: largest });
      const [answer] = await kv.attempt([{ op: "put", key: `${unique}-over`, text: "value", options: { metadata: `${largest}m` } }]);

      assert.deepEqual(await kv.run({ op: "getWithMetadata", key: unique }), { value: { text: "value" }, metadata: largest });
      assertRefused(answer, [/413/]);
      assert.equal(await kv.get(`${unique}-over`), null);
    },
  }),
  kvCheck({
    id: "kv.write.rate",
    promise: "a key takes one write per second: the next within it is refused with 429, one after it is taken",
    claims: ["KV-07"],
    async run(context) {
      const { fixture, unique } = context;
      const kv = kvClient(fixture);

      const answers = await kv.attempt(Array.from({ length: 4 }, (_, index) => ({ op: "put" as const, key: unique, text: `write ${index}` })));

      assert.deepEqual(answers[0], { ok: true, value: null });
      assertRefused(answers.find((answer) => !answer.ok), [/KV PUT failed: 429 Too Many Requests/]);
      await nextWriteOf(context, unique, "later");
      assert.equal(await kv.get(unique), "later");
    },
  }),
  kvCheck({
    id: "kv.write.rate.keys",
    promise: "the limit of one write per second is a key's own: many keys are written at once",
    claims: ["KV-07"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 50 }, (_, index) => `${unique}-${index}`);

      await kv.run({ op: "putMany", keys });

      assert.equal((await kv.list({ prefix: unique })).keys.length, 50);
    },
  }),
  kvCheck({
    id: "kv.cache-ttl.minimum",
    promise: "a cacheTtl of 60 s is taken, one under 30 s is refused with 400",
    claims: ["KV-08"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");

      const [taken, refused] = await kv.attempt([
        { op: "get", key: unique, options: { cacheTtl: 60 } },
        { op: "get", key: unique, options: { cacheTtl: 29 } },
      ]);

      assert.deepEqual(taken, { ok: true, value: { text: "value" } });
      assertRefused(refused, [/400/, /cache_?ttl/i]);
    },
  }),
  kvCheck({
    id: "kv.cache-ttl.maximum",
    // The documents say Number.MAX_SAFE_INTEGER; the platform's own binding takes 32 bits and refuses more (claim KV-10).
    promise: "a cacheTtl of 2,147,483,647 s is taken",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");

      const [answer] = await kv.attempt([{ op: "get", key: unique, options: { cacheTtl: 2_147_483_647 } }]);

      assert.deepEqual(answer, { ok: true, value: { text: "value" } });
    },
  }),
  kvCheck({
    id: "kv.operations.many",
    promise: "one invocation can make 900 operations",
    claims: ["KV-29"],
    timeoutMs: 30_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");

      const answers = await kv.attempt(Array.from({ length: 900 }, () => ({ op: "get" as const, key: unique })), { deadlineMs: 25_000 });

      assert.equal(answers.filter((answer) => answer.ok).length, 900);
    },
  }),
];
