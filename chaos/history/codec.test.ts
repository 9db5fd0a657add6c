// The history file: what is written comes back, and what is wrong is named with its line.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { decodeOperation, encodeHistory, encodeOperation } from "./codec.js";
import { readHistoryFile, readOperations, type ReadLimits } from "./reader.js";

const good: Operation = { process: 0, outcome: "ok", action: "read", key: "k", output: null, callNs: 2n ** 62n, returnNs: 2n ** 62n + 1n, popId: "a" };

async function* chunked(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += sizeBytes) yield bytes.subarray(from, from + sizeBytes);
}

async function readAll(content: string | Uint8Array, limits?: ReadLimits, sizeBytes = 7): Promise<Operation[]> {
  const operations: Operation[] = [];
  for await (const some of readOperations(chunked(Buffer.from(content), sizeBytes), limits)) operations.push(...some);
  return operations;
}

function isInput(pattern: RegExp): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof EdgemarkError && thrown.code === "usage.input" && pattern.test(thrown.message);
}

describe("history codec", () => {
  it("brings every operation back, whatever the chunks", async () => {
    const operation = fc.record(
      {
        process: fc.nat(),
        outcome: fc.constantFrom("ok" as const, "fail" as const),
        action: fc.constantFrom("read", "write"),
        key: fc.string(),
        input: fc.jsonValue(),
        output: fc.jsonValue(),
        callNs: fc.bigInt(0n, 2n ** 62n),
        returnNs: fc.bigInt(2n ** 62n, 2n ** 63n),
        popId: fc.string({ unit: "grapheme" }),
      },
      { requiredKeys: ["process", "outcome", "action", "key", "callNs", "returnNs"], noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation), fc.integer({ min: 1, max: 50 }), async (operations, sizeBytes) => {
        // JSON itself turns -0 into 0.
        const expected = operations.map((one) => decodeOperation(encodeOperation(one), 1));
        assert.deepEqual(await readAll(encodeHistory(operations), {}, sizeBytes), expected);
        assert.deepEqual(expected.map(encodeOperation), operations.map(encodeOperation));
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it("keeps a lost answer, nanoseconds beyond 2^53, and a line without its end", async () => {
    const lost: Operation = { process: 1, outcome: "info", action: "write", key: "k", input: "1", callNs: 5n, returnNs: null };
    assert.deepEqual(await readAll(`${encodeOperation(good)}\r\n\n${encodeOperation(lost)}`), [good, lost]);
  });

  const bad: readonly [string, string, RegExp][] = [
    ["text", "not json", /line 2: not JSON/],
    ["an array", "[]", /line 2: \[\] instead of an object/],
    ["null", "null", /line 2: null instead/],
    ["a number as time", encodeOperation(good).replace(/"callNs":"\d+"/, '"callNs":5'), /callNs is 5, not a string of digits/],
    ["a negative time", encodeOperation(good).replace(/"callNs":"\d+"/, '"callNs":"-5"'), /callNs is "-5"/],
    ["an endless number", encodeOperation(good).replace(/"callNs":"\d+"/, `"callNs":"${"9".repeat(30)}"`), /callNs is/],
    ["an answer without a return", encodeOperation({ ...good, returnNs: null }), /outcome ok has no return/],
    ["a lost answer with a return", encodeOperation({ ...good, outcome: "info" }), /returnNs null/],
    ["a return before its call", encodeOperation({ ...good, returnNs: 1n }), /returns before it is called/],
    ["a misspelt field", encodeOperation(good).replace("popId", "pop"), /unknown field "pop"/],
    ["several faults at once", '{"process":-1,"outcome":"maybe"}', /process is -1.*outcome is "maybe".*action is missing.*key is missing/],
  ];
  for (const [name, line, pattern] of bad) {
    it(`names the line of ${name}`, async () => {
      await assert.rejects(readAll(`${encodeOperation(good)}\n${line}\n`), isInput(pattern));
    });
  }

  it("refuses a line without end, invalid UTF-8, and too many operations", async () => {
    await assert.rejects(readAll("x".repeat(200), { maxLineBytes: 100 }), isInput(/line 1: longer than 100 bytes/));
    await assert.rejects(readAll(Uint8Array.of(0x22, 0xff, 0x22, 0x0a)), isInput(/line 1 is not/));
    const third = Buffer.concat([Buffer.from(encodeHistory([good, good])), Uint8Array.of(0x22, 0xff, 0x22, 0x0a), Buffer.from(encodeHistory([good]))]);
    for (const sizeBytes of [7, 10_000]) await assert.rejects(readAll(third, {}, sizeBytes), isInput(/line 3 is not/));
    const long = encodeHistory([good, { ...good, output: "é".repeat(200) }]);
    for (const sizeBytes of [7, 10_000]) await assert.rejects(readAll(long, { maxLineBytes: 400 }, sizeBytes), isInput(/line 2: longer than 400 bytes/));
    await assert.rejects(readAll(encodeHistory([good, good, good]), { maxOperations: 2 }), isInput(/line 3: more than 2 operations/));
  });

  it("reads a file, and names the file that is missing or wrong", async () => {
    const folder = await mkdtemp(join(tmpdir(), "edgemark-history-"));
    try {
      const path = join(folder, "history.jsonl");
      await writeFile(path, encodeHistory([good]));
      assert.deepEqual(await readHistoryFile(path), [good]);
      await writeFile(path, "{}\n");
      await assert.rejects(readHistoryFile(path), isInput(/history\.jsonl: .*line 1/));
      await assert.rejects(readHistoryFile(join(folder, "none")), isInput(/none.*ENOENT/));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
