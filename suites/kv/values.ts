// What goes in comes out: value types, metadata, keys, overwriting and deleting.
import assert from "node:assert/strict";
import { assertRefused, kvClient, type KvValue } from "./client.js";
import { kvCheck } from "./check.js";
import { nextWriteOf } from "./writes.js";

const allBytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)).toString("base64");

export const valueChecks = [
  kvCheck({
    id: "kv.value.text",
    promise: "a text value is read back as it was written, every character of it",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const text = "plain \u0000 é ß 漢字 😀 \r\n\t \"quoted\" \\";

      await kv.put(unique, text);

      assert.equal(await kv.get(unique), text);
    },
  }),
  kvCheck({
    id: "kv.value.empty",
    promise: "an empty value is a value and not a missing key",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.put(unique, "");

      assert.equal(await kv.get(unique), "");
    },
  }),
  kvCheck({
    id: "kv.value.type.default",
    promise: "get() without a type gives text",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.put(unique, '{"a":1}');

      assert.deepEqual(await kv.run({ op: "get", key: unique }), { text: '{"a":1}' });
    },
  }),
  kvCheck({
    id: "kv.value.type.json",
    promise: "get() with type json gives the parsed value",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.put(unique, '{"a":[1,null,"x"]}');

      assert.deepEqual(await kv.run({ op: "get", key: unique, type: "json" }), { json: { a: [1, null, "x"] } });
    },
  }),
  kvCheck({
    id: "kv.value.type.json.malformed",
    promise: "get() with type json of a value that is not JSON throws a SyntaxError",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "not json");

      const [answer] = await kv.attempt([{ op: "get", key: unique, type: "json" }]);

      assertRefused(answer, [/SyntaxError|JSON/]);
    },
  }),
  kvCheck({
    id: "kv.value.type.array-buffer",
    promise: "binary values keep every byte, written from an ArrayBuffer and read as one",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.run({ op: "put", key: unique, base64: allBytes });

      const value = (await kv.run({ op: "get", key: unique, type: "arrayBuffer" })) as KvValue;
      assert.deepEqual(value, { base64: allBytes, kind: "arrayBuffer" });
    },
  }),
  kvCheck({
    id: "kv.value.type.view",
    promise: "an ArrayBufferView writes the bytes it shows and no others",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.run({ op: "put", key: unique, type: "view", base64: allBytes });

      assert.deepEqual(await kv.run({ op: "get", key: unique, type: "arrayBuffer" }), { base64: allBytes, kind: "arrayBuffer" });
    },
  }),
  kvCheck({
    id: "kv.value.type.stream",
    promise: "a stream is written whole, and read as a stream",
    claims: ["KV-32"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      await kv.run({ op: "put", key: unique, type: "stream", base64: allBytes });

      assert.deepEqual(await kv.run({ op: "get", key: unique, type: "stream" }), { base64: allBytes, kind: "stream" });
    },
  }),
  kvCheck({
    id: "kv.value.type.unknown",
    promise: "get() with a type that does not exist throws a TypeError",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");

      const [answer] = await kv.attempt([{ op: "get", key: unique, type: "xml" }]);

      assertRefused(answer, [/TypeError/]);
    },
  }),
  kvCheck({
    id: "kv.get.missing",
    promise: "get() of a key that was never written resolves to null, in every type",
    claims: ["KV-25"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      const answers = await kv.attempt(["text", "json", "arrayBuffer", "stream"].map((type) => ({ op: "get", key: unique, type })));

      assert.deepEqual(answers, Array.from({ length: 4 }, () => ({ ok: true, value: null })));
    },
  }),
  kvCheck({
    id: "kv.metadata.missing",
    promise: "getWithMetadata() gives null for a missing value and null metadata where there is none",
    claims: ["KV-25"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");

      const answers = await kv.attempt([
        { op: "getWithMetadata", key: `${unique}-never` },
        { op: "getWithMetadata", key: unique },
      ]);

      assert.deepEqual(answers, [
        { ok: true, value: { value: null, metadata: null } },
        { ok: true, value: { value: { text: "value" }, metadata: null } },
      ]);
    },
  }),
  kvCheck({
    id: "kv.metadata.value",
    promise: "metadata is kept beside the value and read with it",
    claims: ["KV-15"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const metadata = { list: [1, "two", null], nested: { true: true } };

      await kv.put(unique, "value", { metadata });

      assert.deepEqual(await kv.run({ op: "getWithMetadata", key: unique }), { value: { text: "value" }, metadata });
    },
  }),
  kvCheck({
    id: "kv.metadata.replaced",
    isWaiting: true,
    promise: "a write without metadata leaves none of the metadata before",
    async run(context) {
      const { fixture, unique } = context;
      const kv = kvClient(fixture);
      await kv.put(unique, "one", { metadata: { version: 1 } });
      await nextWriteOf(context, unique, "two");

      const found = await kv.run({ op: "getWithMetadata", key: unique });

      assert.deepEqual(found, { value: { text: "two" }, metadata: null });
    },
  }),
  kvCheck({
    id: "kv.put.overwrite",
    isWaiting: true,
    promise: "a second write replaces the value",
    async run(context) {
      const { fixture, unique } = context;
      const kv = kvClient(fixture);
      await kv.put(unique, "a longer first value");

      await nextWriteOf(context, unique, "second");

      assert.equal(await kv.get(unique), "second");
    },
  }),
  kvCheck({
    id: "kv.delete.key",
    promise: "a deleted key reads as absent where it was deleted, and leaves the list",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value");
      assert.equal(await kv.get(unique), "value");

      await kv.delete(unique);

      assert.equal(await kv.get(unique), null);
      assert.deepEqual((await kv.list({ prefix: unique })).keys, []);
    },
  }),
  kvCheck({
    id: "kv.delete.missing",
    promise: "deleting a key that does not exist succeeds",
    async run({ fixture, unique }) {
      const [answer] = await kvClient(fixture).attempt([{ op: "delete", key: unique }]);

      assert.deepEqual(answer, { ok: true, value: null });
    },
  }),
  kvCheck({
    id: "kv.put.invalid",
    promise: "put() refuses a value that is neither text nor bytes nor a stream",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);

      const [answer] = await kv.attempt([{ op: "put", key: unique, json: { an: "object" } }]);

      assertRefused(answer, [/TypeError/]);
      assert.equal(await kv.get(unique), null);
    },
  }),
  kvCheck({
    id: "kv.key.characters",
    promise: "keys may hold any character and stay apart, however a URL would read them",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = ["a/b", "a%2Fb", "a b", "a+b", "a?b=c", "a#b", "a&b", "ä", "a\u0308", "漢字", "😀", "..a", "/", "//", "a:b|c"].map((key) => `${unique}${key}`);

      await kv.attempt(keys.map((key) => ({ op: "put", key, text: `value of ${key}` })));
      const answers = await kv.attempt(keys.map((key) => ({ op: "get", key })));

      assert.deepEqual(
        answers.map((answer) => answer.ok && (answer.value as KvValue | null)?.text),
        keys.map((key) => `value of ${key}`),
      );
    },
  }),
  kvCheck({
    id: "kv.value.large",
    promise: "a value of 5 MiB is read back byte for byte",
    claims: ["KV-14"],
    timeoutMs: 30_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const sizeBytes = 5 * 1024 * 1024;

      await kv.run({ op: "put", key: unique, sizeBytes });

      assert.deepEqual(await kv.run({ op: "digest", key: unique }), await kv.run({ op: "patternDigest", sizeBytes }));
    },
  }),
];
