// Namespaces are apart from each other, shared by every worker that binds them, and keep what they acknowledged.
import assert from "node:assert/strict";
import { kvClient, kvFixture, pageOf, popsOf } from "./client.js";
import { kvCheck } from "./check.js";

/** Enough acknowledged writes that a store which drops one in a thousand is caught. */
const durableWrites = 2000;
const batch = 250;
const marginMs = 3000;

export const namespaceChecks = [
  kvCheck({
    id: "kv.namespace.isolation",
    promise: "the same key in two namespaces is two keys",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "first namespace");

      const answers = await kv.attempt([
        { op: "get", key: unique, namespace: "OTHER" },
        { op: "put", key: unique, namespace: "OTHER", text: "second namespace" },
        { op: "get", key: unique },
        { op: "get", key: unique, namespace: "OTHER" },
        { op: "delete", key: unique, namespace: "OTHER" },
        { op: "get", key: unique },
      ]);

      const values = answers.map((answer) => answer.ok && answer.value);
      assert.deepEqual(values, [null, null, { text: "first namespace" }, { text: "second namespace" }, null, { text: "first namespace" }]);
    },
  }),
  kvCheck({
    id: "kv.namespace.isolation.list",
    promise: "a listing shows the keys of its own namespace only",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.attempt([
        { op: "put", key: `${unique}-a`, text: "value" },
        { op: "put", key: `${unique}-b`, text: "value", namespace: "OTHER" },
      ]);

      const own = await kv.list({ prefix: unique });
      const other = pageOf(await kv.run({ op: "list", namespace: "OTHER", options: { prefix: unique } }));

      assert.deepEqual(own.keys.map((key) => key.name), [`${unique}-a`]);
      assert.deepEqual(other.keys.map((key) => key.name), [`${unique}-b`]);
    },
  }),
  kvCheck({
    id: "kv.namespace.shared",
    isDisturbing: true,
    promise: "two workers that bind one namespace see each other's writes",
    needs: ["workers.multiple"],
    timeoutMs: (target) => 60_000 / target.timeScale + 30_000,
    async run(context) {
      const { unique } = context;
      const other = await context.deploy(kvFixture, { name: "kv-second" });

      await kvClient(context.fixture).put(unique, "from the first");

      await context.until(
        () => kvClient(other).get(unique),
        (value) => value === "from the first",
        { deadlineMs: context.threshold("KV-01") + marginMs, what: "the second worker reads what the first wrote" },
      );
    },
  }),
  kvCheck({
    id: "kv.write.durable",
    promise: `of ${durableWrites} acknowledged writes none is lost`,
    timeoutMs: 60_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: durableWrites }, (_, index) => `${unique}-${String(index).padStart(5, "0")}`);
      for (let at = 0; at < keys.length; at += batch) await kv.run({ op: "putMany", keys: keys.slice(at, at + batch), text: "v" }, { deadlineMs: 30_000 });

      const listed: string[] = [];
      for (let cursor: string | undefined, isComplete = false; !isComplete; ) {
        const page = await kv.list({ prefix: unique, ...(cursor === undefined ? {} : { cursor }) });
        listed.push(...page.keys.map((key) => key.name));
        cursor = page.cursor;
        isComplete = page.list_complete || listed.length > keys.length;
      }

      assert.deepEqual(listed, keys);
    },
  }),
  kvCheck({
    id: "kv.durability.eviction",
    isDisturbing: true,
    promise: "stored values outlive the isolates that wrote them",
    needs: ["evict"],
    async run({ fixture, unique, verbs }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "kept", { metadata: { m: 1 } });

      await verbs.evict(fixture.deployment.deploymentId);

      assert.deepEqual(await kv.run({ op: "getWithMetadata", key: unique }), { value: { text: "kept" }, metadata: { m: 1 } });
    },
  }),
  kvCheck({
    id: "kv.durability.death",
    isDisturbing: true,
    promise: "what a PoP acknowledged is read at the others after its death",
    level: "distributed",
    pops: 2,
    needs: ["fault.kill"],
    timeoutMs: (target) => 60_000 / target.timeScale + 60_000,
    async run(context) {
      const [victim = "", survivor = ""] = popsOf(context);
      const keys = Array.from({ length: 100 }, (_, index) => `${context.unique}-${index}`);
      await kvClient(context.fixture, victim).run({ op: "putMany", keys });

      const fault = await context.inject({ kind: "kill", popId: victim });
      const kv = kvClient(context.fixture, survivor);
      const missing = await context.until(
        async () => {
          const answers = await kv.attempt(keys.map((key) => ({ op: "get", key })));
          return answers.flatMap((answer, index) => (answer.ok && answer.value !== null ? [] : [keys[index]]));
        },
        (lost) => lost.length === 0,
        { deadlineMs: context.threshold("KV-01") + 25_000, intervalMs: 100, what: "every acknowledged write is read at another PoP" },
      );
      await context.heal(fault.faultId);

      assert.deepEqual(missing, []);
    },
  }),
];
