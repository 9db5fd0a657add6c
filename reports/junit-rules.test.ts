// What CI servers read of JUnit XML, as rules: the strictest of them is the schema of Jenkins' xunit plugin (junit-10), which
// refuses every element, attribute and order that it does not know. GitLab needs classname and name of each test case, and one
// outcome at most; GitHub's reporters need the sums to be right.
import assert from "node:assert/strict";
import { SaxesParser } from "saxes";
import { junitReport } from "./junit.js";
import { badRun, bigRun, goodRun, hostileRun, interruptedRun, run } from "./testdata/samples.js";

interface Rule {
  readonly children: readonly string[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly isText: boolean;
}

const outcome: Rule = { children: [], required: [], optional: ["type", "message"], isText: true };
const output: Rule = { children: [], required: [], optional: [], isText: true };
const rules: Readonly<Record<string, Rule>> = {
  testsuites: { children: ["testsuite"], required: [], optional: ["name", "time", "tests", "failures", "errors"], isText: false },
  testsuite: { children: ["testsuite", "properties", "testcase", "system-out", "system-err"], required: ["name", "tests", "failures", "errors"], optional: ["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"], isText: false },
  properties: { children: ["property"], required: [], optional: [], isText: false },
  property: { children: [], required: ["name", "value"], optional: [], isText: false },
  testcase: { children: ["skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"], required: ["name"], optional: ["time", "classname", "group"], isText: false },
  failure: outcome,
  error: outcome,
  skipped: outcome,
  "system-out": output,
  "system-err": output,
};
const time = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

function parsed(xml: string): Node {
  const parser = new SaxesParser();
  const root: Node = { name: "", attributes: {}, children: [], text: "" };
  const open: Node[] = [root];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const node: Node = { name, attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, value])), children: [], text: "" };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on("text", (text) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  });
  parser.on("closetag", () => void open.pop());
  parser.write(xml).close();
  return root.children[0] ?? assert.fail("no element");
}

/** @returns everything that a reader would refuse */
function problemsOf(node: Node, parent = ""): string[] {
  const rule = rules[node.name];
  if (rule === undefined) return [`${node.name} in ${parent} is no element of JUnit`];
  const given = Object.keys(node.attributes);
  return [
    ...given.filter((name) => ![...rule.required, ...rule.optional].includes(name)).map((name) => `${node.name} has ${name}`),
    ...rule.required.filter((name) => !given.includes(name)).map((name) => `${node.name} has no ${name}`),
    ...(rule.isText || node.text.trim() === "" ? [] : [`${node.name} has text`]),
    ...node.children.filter(({ name }) => !rule.children.includes(name)).map(({ name }) => `${name} in ${node.name}`),
    ...(node.attributes["time"] === undefined || time.test(node.attributes["time"]) ? [] : [`time ${node.attributes["time"]}`]),
    ...(node.attributes["timestamp"] === undefined || moment.test(node.attributes["timestamp"]) ? [] : [`timestamp ${node.attributes["timestamp"]}`]),
    ...node.children.flatMap((child) => problemsOf(child, node.name)),
  ];
}

function sumsOf(suite: Node): readonly number[] {
  const cases = suite.children.filter(({ name }) => name === "testcase");
  const of = (kind: string): number => cases.filter(({ children }) => children.some(({ name }) => name === kind)).length;
  return [cases.length, of("failure"), of("error")];
}

function saidOf({ attributes }: Node): readonly number[] {
  return ["tests", "failures", "errors"].map((name) => Number(attributes[name]));
}

describe("junit.xml", () => {
  const samples = { good: goodRun(), bad: badRun(), big: bigRun(), interrupted: interruptedRun(), hostile: hostileRun(), empty: run({ checks: [], claims: [], measurements: {} }) };
  for (const [name, document] of Object.entries(samples)) {
    it(`of the ${name} run keeps the rules of who reads it`, () => {
      const root = parsed(junitReport(document));
      assert.equal(root.name, "testsuites");
      assert.deepEqual(problemsOf(root), []);
      const suites = root.children;
      for (const suite of suites) assert.deepEqual(saidOf(suite), sumsOf(suite), suite.attributes["name"]);
      assert.deepEqual(saidOf(root), [0, 1, 2].map((index) => suites.reduce((sum, suite) => sum + (sumsOf(suite)[index] ?? 0), 0)));
      for (const one of suites.flatMap((suite) => suite.children)) {
        assert.ok((one.attributes["classname"] ?? "") !== "" && one.attributes["name"] !== "", "GitLab shows both");
        assert.ok(one.children.filter(({ name: kind }) => ["failure", "error", "skipped"].includes(kind)).length <= 1, one.attributes["name"]);
      }
      const names = suites.flatMap((suite) => suite.children.map((one) => `${one.attributes["classname"]} ${one.attributes["name"]}`));
      assert.equal(new Set(names).size, names.length, "GitLab takes two of one name for one");
    });
  }

  it("is refused when it breaks a rule", () => {
    const broken = (xml: string) => problemsOf(parsed(xml)).length;
    assert.equal(broken('<testsuites skipped="1"/>'), 1);
    assert.equal(broken('<testsuite name="a" tests="1" failures="0" errors="0"><testcase name="b"><properties/></testcase></testsuite>'), 1);
    assert.equal(broken('<testsuite name="a"/>'), 3);
    assert.equal(broken('<testsuites time="soon"/>'), 1);
  });
});
