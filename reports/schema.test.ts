// The published schema names every key that runs write: a key that the type gained and the schema did not is caught here.
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parseResult, resultJsonSchema } from "../contract/result/parse.js";
import { badRun, bigRun, goodRun, hostileRun, interruptedRun } from "./testdata/samples.js";

/** The same schema, closed: nothing but what it names. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in inner && !("additionalProperties" in inner) ? { ...inner, additionalProperties: false } : inner;
}

describe("result schema", () => {
  it("accepts every sample, and names every key in them", () => {
    const strict = new Ajv({ strictTypes: false, allowUnionTypes: true }).compile(Object(closed(resultJsonSchema())));
    for (const sample of [goodRun(), badRun(), bigRun(), interruptedRun(), hostileRun()]) {
      const text = JSON.stringify(sample);
      assert.deepEqual(parseResult(text, "sample"), JSON.parse(text));
      assert.ok(strict(JSON.parse(text)), JSON.stringify(strict.errors));
    }
    assert.ok(!strict({ ...goodRun(), stranger: 1 }), "the closed schema is closed");
  });
});
