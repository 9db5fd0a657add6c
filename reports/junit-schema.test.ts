// junit.xml held against an XML Schema by libxml2 itself (as a module of WebAssembly), and not by our own reading of the rules:
// reports/testdata/junit.xsd is what CI servers accept, the strictest of them first.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validateXML } from "xmllint-wasm";
import { junitReport } from "./junit.js";
import { badRun, bigRun, goodRun, hostileRun, interruptedRun, run } from "./testdata/samples.js";

// The schema and the goldens belong to the sources; tests run from the project's root.
const testdata = join(process.cwd(), "reports", "testdata");
const schema = readFileSync(join(testdata, "junit.xsd"), "utf8");
const memory256MiB = 4_096;
const golden = (name: string): string => readFileSync(join(testdata, "golden", `${name}.junit.xml`), "utf8");

/** @returns of each document by name what libxml2 refuses, a line each. All at once: starting it takes longer than its work. */
async function refusedOf(documents: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = Object.keys(documents);
  const xml = names.map((name, index) => ({ fileName: `${index}.xml`, contents: documents[name] ?? "" }));
  const { errors, rawOutput } = await validateXML({ xml, schema: [{ fileName: "junit.xsd", contents: schema }], maxMemoryPages: memory256MiB });
  const said = rawOutput.split("\n");
  return new Map(
    names.map((name, index) => {
      const file = `${index}.xml`;
      // Only what libxml2 calls valid is valid: a schema that it cannot read, or a memory that is full, is the fault of no line.
      if (said.includes(`${file} validates`)) return [name, []];
      return [name, [...errors.filter(({ loc }) => loc?.fileName === file).map(({ rawMessage }) => rawMessage), "it is not said to be valid"]];
    }),
  );
}

const suiteOf = (content: string, attributes = 'name="a" tests="1" failures="0" errors="0" skipped="0" time="0.001"'): string =>
  `<testsuites tests="1" failures="0" errors="0" time="0.001"><testsuite ${attributes}>${content}</testsuite></testsuites>`;
const plain = '<testcase classname="a" name="b" time="0.001"/>';

describe("junit.xml against its schema", function () {
  this.timeout(60_000);
  const good = goodRun();
  const valid: Readonly<Record<string, string>> = {
    "what a report may hold": suiteOf(plain),
    "the golden good run": golden("good"),
    "the golden bad run": golden("bad"),
    "a good run": junitReport(good),
    "a run of every kind of trouble": junitReport(badRun()),
    "a large run": junitReport(bigRun()),
    "an interrupted run": junitReport(interruptedRun()),
    "a hostile target's run": junitReport(hostileRun()),
    "a run without anything in it": junitReport(run({ checks: [], claims: [], measurements: {} })),
    "a run by clocks that are none": junitReport(run({ checks: good.checks.map((check, index) => ({ ...check, durationMs: [Number.NaN, 1e300, -1][index % 3] ?? 0 })), claims: [], run: { ...good.run, startedAtMs: Number.NaN, durationMs: Infinity } })),
  };
  const broken: Readonly<Record<string, string>> = {
    "an element that no reader knows": suiteOf(plain.replace("/>", "><note/></testcase>")),
    "an attribute that no reader knows": suiteOf(plain.replace("/>", ' verdict="pass"/>')),
    "two outcomes of one test case": suiteOf(plain.replace("/>", '><failure message="x"/><error message="y"/></testcase>')),
    "what was said before what came of it": suiteOf(plain.replace("/>", '><system-out/><failure message="x"/></testcase>')),
    "a test case without a class": suiteOf('<testcase name="b" time="0.001"/>'),
    "two test cases of one name": suiteOf(plain + plain),
    "a suite without its sums": suiteOf(plain, 'name="a" time="0.001"'),
    "a time in words": suiteOf(plain.replace("0.001", "soon")),
    "a time with an exponent": suiteOf(plain.replace("0.001", "1e+21")),
    "a moment with an offset": suiteOf(plain, 'name="a" tests="1" failures="0" errors="0" skipped="0" time="0.001" timestamp="2026-11-21T10:00:00+01:00"'),
    "another root": plain,
    "what is no XML": "<testsuites",
    "a character that XML cannot hold": suiteOf(plain.replace('"b"', '"\u0001"')),
  };
  let refused: ReadonlyMap<string, readonly string[]> = new Map();
  before(async () => {
    refused = await refusedOf({ ...valid, ...broken });
  });

  for (const name of Object.keys(valid)) it(`takes ${name}`, () => assert.deepEqual(refused.get(name), []));
  for (const name of Object.keys(broken)) it(`refuses ${name}`, () => assert.notDeepEqual(refused.get(name) ?? [], []));
});
