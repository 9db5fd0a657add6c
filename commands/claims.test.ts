// Proves what edgemark claims prints: filters, what is untested, data for machines, and lines that fit a terminal.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../contract/errors.js";
import type { Suite } from "../suites/check.js";
import { claimsCommand, runClaims, type ClaimsOptions } from "./claims.js";
import { runCommand } from "./command.js";

const run = async (): Promise<void> => undefined;
const suites: readonly Suite[] = [
  {
    id: "kv",
    title: "KV",
    checks: [
      { id: "kv.key.length", promise: "p", level: "storage", claims: ["KV-12", "KV-13"], run },
      { id: "kv.key.bytes", promise: "p", level: "storage", claims: ["KV-12"], run },
      { id: "kv.none", promise: "p", level: "storage", run },
    ],
  },
];

function printed(options: ClaimsOptions, given: readonly Suite[] = suites, columns = 100): { readonly out: string; readonly err: string } {
  const said = { out: "", err: "" };
  assert.equal(runClaims(options, { out: (text) => (said.out += text), err: (text) => (said.err += text), columns }, given), 0);
  return said;
}
const idsOf = (out: string): string[] => out.split("\n").slice(1, -1).map((line) => line.split(" ")[0] ?? "");

describe("edgemark claims", () => {
  it("lists every claim in lines that fit", () => {
    const { out, err } = printed({});
    assert.equal(idsOf(out).length, 282);
    for (const line of out.split("\n")) assert.ok(line.length <= 100, line);
    for (const line of printed({}, suites, 400).out.split("\n")) assert.ok(line.length <= 100, line);
    for (const line of printed({}, suites, 70).out.split("\n")) assert.ok(line.length <= 70, line);
    assert.match(err, /^282 claims: 2 tested/);
  });

  it("filters by product, kind and level", () => {
    assert.equal(idsOf(printed({ product: "d1" }).out).filter((id) => id.startsWith("D1-")).length, 35);
    assert.deepEqual(idsOf(printed({ product: "kv", kind: "number", level: "storage" }).out), ["SEED-11", "SEED-12"]);
  });

  it("says which claims no check names, and leaves out what is never judged", () => {
    const untested = idsOf(printed({ product: "kv", untested: true }).out);
    assert.ok(untested.includes("KV-14") && untested.includes("KV-01"));
    for (const id of ["KV-12", "KV-13", "KV-30"]) assert.ok(!untested.includes(id), id);
    const { out, err } = printed({ product: "kv" });
    assert.match(out, /KV-12 +kv +storage +must +2 /);
    assert.match(out, /KV-30 .* context +- /);
    assert.match(err, /without a check yet/);
  });

  it("prints one array for machines", () => {
    const parsed: unknown = JSON.parse(printed({ product: "kv", json: true }).out);
    assert.ok(Array.isArray(parsed));
    const twelve: unknown = parsed.find((claim: { id?: unknown }) => claim.id === "KV-12");
    assert.deepEqual((twelve as { checks?: unknown }).checks, ["kv.key.length", "kv.key.bytes"]);
  });

  it("shows one claim in full", () => {
    const { out } = printed({ ids: ["KV-08"] });
    for (const part of [/^KV-08 /, /live:kv\/platform\/limits/, /60 s \(docs\/kv\/platform\/limits\.mdx\)/, /none yet/]) assert.match(out, part);
  });

  it("names the nearest product, kind, level or claim", () => {
    const refused = (options: ClaimsOptions, expected: RegExp): void =>
      assert.throws(() => printed(options), (error: unknown) => error instanceof EdgemarkError && error.code === "usage.flag" && expected.test(error.message));
    refused({ product: "dd1" }, /did you mean d1\?/);
    refused({ kind: "numbr" }, /did you mean number\?/);
    refused({ level: "storrage" }, /did you mean storage\?/);
    refused({ ids: ["KV-99x"] }, /KV-99x is none/);
  });

  it("warns of a check that names a claim that is not there", () => {
    const [kv] = suites;
    const strange = [{ ...(kv ?? assert.fail()), checks: [{ id: "kv.odd", promise: "p", level: "storage" as const, claims: ["KV-77"], run }] }];
    assert.match(printed({}, strange).err, /kv\.odd names the claim KV-77; there is none/);
  });

  it("takes a user's own file and refuses one whose path could not be judged", () => {
    const folder = mkdtempSync(join(tmpdir(), "edgemark-claims-"));
    try {
      const file = join(folder, "my-slo.yaml");
      const content = "claims:\n  - { id: MY-1, product: shop, statement: fast, path: $.measurements.x.value, unit: ms, holds: { atMost: 5 } }\n";
      writeFileSync(file, content);
      assert.deepEqual(idsOf(printed({ product: "shop", claims: [file] }).out), ["MY-1"]);
      assert.deepEqual(idsOf(printed({ product: "shop", untested: true, claims: [file] }).out), []);
      writeFileSync(file, content.replace("$.measurements.x.value", '"$..[?(process.exit(1))]"'));
      assert.throws(() => printed({ claims: [file] }), /my-slo\.yaml:2 MY-1: expected .*filter/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is reached from the command line", async () => {
    const said = { out: "", err: "" };
    const io = { out: (text: string) => void (said.out += text), err: (text: string) => void (said.err += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
    const command = claimsCommand(async () => suites);
    assert.equal(await runCommand(command, ["--product", "kv", "--untested", "--json"], io), 0);
    assert.ok(Array.isArray(JSON.parse(said.out)));
    assert.equal(await runCommand(command, ["--kind", "musty"], io), 2);
    assert.equal(await runCommand(command, ["KV-01"], io), 0);
    assert.match(said.out, /kv\.staleness\.window/);
    said.out = "";
    assert.equal(await runCommand(command, ["--help"], io), 0);
    for (const line of said.out.split("\n")) assert.ok(line.length <= 80, line);
  });
});
