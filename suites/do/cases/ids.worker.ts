// Ids and names: what they are made from, when two are the same, and what is refused.
import { alike, holds, same, throws } from "../../tools/assert.js";
import type { Case } from "../env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];

export const cases: readonly Case[] = [
  {
    id: "do.id.name",
    promise: "idFromName gives the same id for the same name, and another id for another name",
    async run({ env, unique }) {
      const id = env.PROBES.idFromName(unique);

      holds(id.equals(env.PROBES.idFromName(unique)), "equal ids of one name");
      same(id.toString(), env.PROBES.idFromName(unique).toString(), "texts of one name");
      holds(!id.equals(env.PROBES.idFromName(`${unique}x`)), "different ids of two names");
      same(new Set(["", " ", "a", "A", "ä", "a\u0308", unique].map((name) => env.PROBES.idFromName(name).toString())).size, 7, "ids of seven names");
    },
  },
  {
    id: "do.id.name.kept",
    promise: "an id that was made from a name knows it; one that was made otherwise has none",
    async run({ env, unique }) {
      same(env.PROBES.idFromName(unique).name, unique, "name of idFromName");
      same(env.PROBES.newUniqueId().name, undefined, "name of newUniqueId");
    },
  },
  {
    id: "do.id.text",
    promise: "an id is written as 64 lower-case hexadecimal digits",
    async run({ env, unique }) {
      for (const id of [env.PROBES.idFromName(unique), env.PROBES.newUniqueId()]) holds(/^[0-9a-f]{64}$/.test(id.toString()), `the form of ${id.toString()}`);
    },
  },
  {
    id: "do.id.round-trip",
    promise: "idFromString gives back the id that toString wrote, and it reaches the same object",
    async run({ env, unique }) {
      const id = env.PROBES.idFromName(unique);
      const read = env.PROBES.idFromString(id.toString());
      const nonce = await env.PROBES.get(id).nonce();

      holds(read.equals(id), "equal to what was written");
      same(read.toString(), id.toString(), "text of what was read");
      same(await env.PROBES.get(read).nonce(), nonce, "the instance behind it");
    },
  },
  {
    id: "do.id.text.invalid",
    promise: "idFromString refuses what is not the text of an id",
    async run({ env, unique }) {
      const text = env.PROBES.idFromName(unique).toString();

      for (const rubbish of ["", "rubbish", text.slice(1), `${text}00`, "0".repeat(64), `${text.slice(0, 63)}${text.endsWith("0") ? "1" : "0"}`, text.replace(/^../, "zz")]) {
        throws(() => env.PROBES.idFromString(rubbish), anyError, `idFromString(${JSON.stringify(rubbish)})`);
      }
    },
  },
  {
    id: "do.id.text.foreign",
    promise: "idFromString refuses the text of an id of another class",
    async run({ env, unique }) {
      throws(() => env.PROBES.idFromString(env.OTHERS.idFromName(unique).toString()), anyError, "idFromString of another class's id");
    },
  },
  {
    id: "do.id.class",
    promise: "the same name gives different ids in different classes",
    async run({ env, unique }) {
      const mine = env.PROBES.idFromName(unique);
      const others = env.OTHERS.idFromName(unique);

      holds(!mine.equals(others), "ids of two classes differ");
      holds(mine.toString() !== others.toString(), "texts of two classes differ");
    },
  },
  {
    id: "do.id.unique",
    promise: "a thousand ids of newUniqueId are all different",
    async run({ env }) {
      same(new Set(Array.from({ length: 1000 }, () => env.PROBES.newUniqueId().toString())).size, 1000, "different ids");
    },
  },
  {
    id: "do.id.unique.object",
    promise: "an object with a unique id is reached again by its id, and is nobody else",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const id = env.PROBES.newUniqueId();
      await env.PROBES.get(id).store("word", unique);

      same(await env.PROBES.get(env.PROBES.idFromString(id.toString())).load("word"), unique, "what the object keeps");
      same(await env.PROBES.get(env.PROBES.newUniqueId()).load("word"), undefined, "what another object keeps");
    },
  },
  {
    id: "do.id.equals",
    promise: "equals compares ids by what they name, however they were made",
    async run({ env, unique }) {
      const id = env.PROBES.newUniqueId();

      holds(id.equals(env.PROBES.idFromString(id.toString())), "equal to its reading");
      holds(!id.equals(env.PROBES.newUniqueId()), "not equal to another");
      holds(!id.equals(env.PROBES.idFromName(unique)), "not equal to a named one");
    },
  },
  {
    id: "do.id.by-name",
    promise: "getByName reaches the object that get(idFromName()) reaches",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const nonce = await env.PROBES.get(env.PROBES.idFromName(unique)).nonce();
      const stub = env.PROBES.getByName(unique);

      same(await stub.nonce(), nonce, "the instance");
      same(stub.name, unique, "name of the stub");
      holds(stub.id.equals(env.PROBES.idFromName(unique)), "id of the stub");
    },
  },
  {
    id: "do.id.inside",
    promise: "an object knows its own id and the name it was reached by",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const id = env.PROBES.idFromName(unique);

      alike(await env.PROBES.get(id).identity(), { id: id.toString(), name: unique }, "ctx.id inside");
    },
  },
  {
    id: "do.id.location-hint",
    promise: "every documented location hint is accepted and none changes which object it is",
    claims: ["DO-52"],
    async run({ env, unique }) {
      const id = env.PROBES.idFromName(unique);
      const nonce = await env.PROBES.get(id).nonce();
      const hints: DurableObjectLocationHint[] = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];

      for (const locationHint of hints) {
        same(await env.PROBES.get(id, { locationHint }).nonce(), nonce, `the instance with hint ${locationHint}`);
        same(await env.PROBES.getByName(unique, { locationHint }).nonce(), nonce, `the instance by name with hint ${locationHint}`);
      }
    },
  },
  {
    id: "do.stub.passive",
    promise: "making a stub sends nothing and starts nothing",
    claims: ["DO-55"],
    async run({ env, unique }) {
      // An announced object writes its start into the book beside it.
      const book = env.PROBES.getByName(`${unique}/book`);
      const id = env.PROBES.idFromName(`${unique}/announced`);
      for (let count = 0; count < 5; count++) env.PROBES.get(id);
      env.PROBES.getByName(`${unique}/announced`);
      // Time for what must not happen: a call that goes there and back.
      await env.PROBES.getByName(`${unique}/witness`).nonce();
      const before = await book.lines();
      await env.PROBES.get(id).nonce();

      alike(before, [], "objects that started before one was called");
      alike(await book.lines(), [`${unique}/announced`], "objects that started once one was called");
    },
  },
];
