// One instance in the world: the same object asked from every PoP, alone and at once, seen through its memory and its storage.
import assert from "node:assert/strict";
import type { Check, CheckContext } from "../check.js";
import { memberOf } from "../tools/member.js";
import { doCheck } from "./check.js";
import { objectsFixture } from "./objects.js";
import { probe } from "./probe.js";

const base = { level: "distributed", pops: 2, fixture: objectsFixture } as const;
const popIds = (context: CheckContext): readonly string[] => context.target.pops.map((pop) => pop.id);

interface Counted {
  readonly count: number;
  readonly nonce: string;
}

async function increment(context: CheckContext, pop: string): Promise<Counted> {
  const value = await probe(context, "increment", { pop });
  return { count: Number(memberOf(value, "count")), nonce: String(memberOf(value, "nonce")) };
}

export const instanceChecks: readonly Check[] = [
  doCheck({
    ...base,
    id: "do.instance.ids",
    promise: "a name gives the same id at every PoP",
    async run(context) {
      const ids = await Promise.all(popIds(context).map(async (pop) => (await context.fixture.request({ pop, path: `/ids?unique=${context.unique}` })).text));

      assert.match(ids[0] ?? "", /^[0-9a-f]{64}$/);
      assert.deepEqual(new Set(ids).size, 1, ids.join(", "));
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.one",
    promise: "an object asked from every PoP, one after the other, is one instance",
    claims: ["DO-01"],
    async run(context) {
      const counted: Counted[] = [];
      for (const pop of [...popIds(context), ...popIds(context)]) counted.push(await increment(context, pop));

      assert.deepEqual(counted.map(({ count }) => count), counted.map((_, index) => index + 1));
      assert.equal(new Set(counted.map(({ nonce }) => nonce)).size, context.threshold("DO-01"), "instances that counted");
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.at-once",
    promise: "an object asked from every PoP at once, many times, is one instance, and no count is given twice",
    claims: ["DO-01"],
    async run(context) {
      const pops = popIds(context);
      const counted = await Promise.all(Array.from({ length: 10 * pops.length }, (_, index) => increment(context, pops[index % pops.length] ?? "")));

      assert.deepEqual(counted.map(({ count }) => count).sort((a, b) => a - b), counted.map((_, index) => index + 1));
      assert.equal(new Set(counted.map(({ nonce }) => nonce)).size, context.threshold("DO-01"), "instances that counted");
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.first-contact",
    promise: "an object that every PoP asks for the first time at the same moment starts once",
    claims: ["DO-01"],
    async run(context) {
      const names = Array.from({ length: 5 }, (_, index) => `${context.unique}-${index}`);
      const nonces = await Promise.all(names.map((name) => Promise.all(popIds(context).map((pop) => probe(context, "nonce", { pop, name })))));

      assert.deepEqual(nonces.map((of) => new Set(of).size), names.map(() => context.threshold("DO-01")));
      assert.equal(new Set(nonces.flat()).size, names.length, "instances of all objects");
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.storage",
    promise: "what is stored by way of one PoP is read at once by way of every other",
    claims: ["DO-01"],
    async run(context) {
      const pops = popIds(context);
      for (const [index, writer] of pops.entries()) {
        await probe(context, "store", { pop: writer, given: ["word", `written at ${index}`] });
        for (const reader of pops) assert.equal(await probe(context, "load", { pop: reader, given: ["word"] }), `written at ${index}`, `read at ${reader} what was written at ${writer}`);
      }
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.memory",
    promise: "what an object has in memory by way of one PoP is there by way of every other",
    claims: ["DO-01"],
    async run(context) {
      const [first, ...others] = popIds(context);
      await probe(context, "remember", { pop: first, given: ["in memory"] });

      for (const pop of others) assert.equal(await probe(context, "recall", { pop }), "in memory", `recalled at ${pop}`);
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.near",
    promise: "an object lives at the PoP that asked for it first",
    claims: ["DO-52"],
    needs: ["locate"],
    async run(context) {
      for (const pop of popIds(context)) {
        const name = `${context.unique}-${pop}`;
        await probe(context, "store", { pop, name, given: ["word", "here"] });
        const id = (await context.fixture.request({ path: `/ids?unique=${name}` })).text;

        assert.equal((await context.verbs.locate(context.fixture.deployment.deploymentId, "Probe", id)).popId, pop);
      }
    },
  }),
  doCheck({
    ...base,
    id: "do.instance.stays",
    promise: "an object stays where it was created, whoever asks for it",
    claims: ["DO-53"],
    needs: ["locate"],
    async run(context) {
      const [home, ...others] = popIds(context);
      const id = (await context.fixture.request({ path: `/ids?unique=${context.unique}` })).text;
      const nonce = await probe(context, "store", { pop: home, given: ["word", "here"] });
      for (let round = 0; round < 5; round++) for (const pop of others) assert.equal(await probe(context, "store", { pop, given: ["word", `${round}`] }), nonce);

      assert.equal((await context.verbs.locate(context.fixture.deployment.deploymentId, "Probe", id)).popId, home);
    },
  }),
];
