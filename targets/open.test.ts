// What openTarget makes of a name before it starts anything, and what an adapter makes of its arguments.
import assert from "node:assert/strict";
import { EdgemarkError } from "../contract/errors.js";
import { readSettings } from "./kit/adapter.js";
import { clusterConfig } from "./workerd-cluster/config.js";
import { envOf } from "./kit/process-per-worker.js";
import { openTarget, programOf } from "./open.js";

const fails = (code: string, ...words: string[]) => (error: unknown): boolean => {
  assert.ok(error instanceof EdgemarkError, String(error));
  assert.equal(error.code, code, error.message);
  for (const word of words) assert.ok(error.message.includes(word), `${word} is missing in: ${error.message}`);
  return true;
};

describe("targets/open", () => {
  it("gives an adapter only the options it takes", () => {
    assert.deepEqual(programOf("workerd-cluster", { pops: 5 }).args.slice(1), ["--pops", "5"]);
    assert.deepEqual(programOf("reference", { pops: 2, timeScale: 20, args: ["--mutant", "x"] }).args.slice(1), ["--pops", "2", "--time-scale", "20", "--mutant", "x"]);
    assert.deepEqual(programOf("url", { urls: ["kv=http://127.0.0.1:1"] }).args.slice(1), ["--url", "kv=http://127.0.0.1:1"]);
    assert.deepEqual(programOf("miniflare", { pops: 1, timeScale: 1 }).args.slice(1), []);
    assert.throws(() => programOf("miniflare", { pops: 2 }), fails("usage.flag", "no more than one PoP"));
    assert.throws(() => programOf("reference", { pops: 13 }), fails("usage.flag", "1 to 12"));
    assert.throws(() => programOf("workerd-cluster", { timeScale: 20 }), fails("usage.flag", "real time"));
    assert.throws(() => programOf("deno", { urls: ["a=http://b"] }), fails("usage.flag", "--url"));
    assert.throws(() => programOf("deno", { declared: ["kv"] }), fails("usage.flag", "--declare"));
  });

  it("says what a wrong name or address is", async () => {
    await assert.rejects(openTarget("refrence"), fails("usage.target", "did you mean reference?"));
    await assert.rejects(openTarget("zzzzzzzzzz"), fails("usage.target", "there are reference"));
    await assert.rejects(openTarget("grpc://nowhere"), fails("usage.target", "grpc://host:port"));
    await assert.rejects(openTarget("grpc://127.0.0.1:1"), fails("target.unreachable", "ECONNREFUSED"));
  });

  it("reads an adapter's arguments", () => {
    assert.deepEqual(readSettings(["--pops", "3", "--url", "a=b", "--url", "c=d"]), { pops: 3, timeScale: undefined, urls: ["a=b", "c=d"], declared: [] });
    assert.throws(() => readSettings(["--pops", "none"]), fails("usage.flag", "--pops"));
    assert.throws(() => readSettings(["--what"]), fails("usage.flag", "--what"));
  });

  it("refuses bindings that a runtime without storage cannot have", () => {
    assert.deepEqual(envOf([{ kind: "json", name: "J", value: "[1]" }, { kind: "secret", name: "S", value: "s" }], "deno"), { J: [1], S: "s" });
    assert.throws(() => envOf([{ kind: "kv", name: "KV", namespace: "n" }], "deno"), fails("usage.input", "KV is kv", "deno does not have"));
  });

  it("writes strangers' texts into the cluster's configuration without letting them out of their quotes", () => {
    const value = '"), (name = "evil", text = "\n\\';
    const spec = { name: "a", mainModule: "m.js", modules: [], compatibilityDate: "", compatibilityFlags: [], bindings: [{ kind: "text", name: "T", value }], crons: [] } as const;
    const text = clusterConfig([spec], { bucket: "s3://b/p", endpoint: "http://127.0.0.1:1", key: "k" });
    assert.ok(text.includes(String.raw`text = "\x22), (name = \x22evil\x22, text = \x22\x0a\x5c")`), text);
  });
});
