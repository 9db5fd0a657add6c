// The loader of known failures: what it takes, and that it tells everything that is wrong.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { EdgemarkError } from "../contract/errors.js";
import { knownFailuresOf, parseKnownFailures } from "./known.js";
import { knownTargets } from "./names.js";

const rejects = (text: string, ...words: string[]): void => {
  assert.throws(() => parseKnownFailures(text, "x.yaml"), (error: unknown) => {
    assert.ok(error instanceof EdgemarkError);
    assert.equal(error.code, "usage.known");
    for (const word of words) assert.ok(error.message.includes(word), `${word} is missing in: ${error.message}`);
    return true;
  });
};

describe("targets/known", () => {
  it("reads entries and fills what is usual", () => {
    const text = `
- check: workers.streams.byob
  observed: "*ReadableStreamBYOBReader is not defined*"
  reason: the runtime has no byte streams
- check: kv.list
  kind: flaky
  version: 4.*
  reason: the order of keys changes
`;
    assert.deepEqual(parseKnownFailures(text, "x.yaml"), [
      { check: "workers.streams.byob", kind: "failing", version: "*", observed: "*ReadableStreamBYOBReader is not defined*", reason: "the runtime has no byte streams" },
      { check: "kv.list", kind: "flaky", version: "4.*", observed: "*", reason: "the order of keys changes" },
    ]);
    assert.deepEqual(parseKnownFailures("# nothing yet\n", "x.yaml"), []);
  });

  it("tells all that is wrong", () => {
    rejects("- check: a\n- chek: b\n  reason: r\n  observed: o\n  kind: sometimes\n", "entry 1, observed", "entry 1, reason", "did you mean check?", "entry 2, check", '"sometimes"');
    rejects("- {check: a, observed: o, reason: r}\n- {check: a, observed: o, reason: r}\n", "a: expected one entry");
    rejects("check: a", "a list of entries");
    rejects("- [", "expected YAML");
    rejects("- check: 7\n  observed: o\n  reason: r", "check: expected text; 7 came");
  });

  it("reads every file that ships, each named after a target", async () => {
    const files = (await readdir(new URL("./known/", import.meta.url)).catch(() => [])).filter((file) => file.endsWith(".yaml"));
    for (const file of files) {
      const name = file.replace(".yaml", "");
      assert.ok(knownTargets.some((target) => target.name === name), `${file} is named after no target`);
      await knownFailuresOf(name);
    }
  });

  it("opens no file outside its folder", async () => {
    assert.deepEqual(await knownFailuresOf("../../package"), []);
    assert.deepEqual(await knownFailuresOf("a target of somebody"), []);
  });
});
