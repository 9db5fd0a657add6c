// Proves that the registry is whole, that a user's file is taken, and that each kind of mistake is told with file, line and claim.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../errors.js";
import { loadClaims } from "./registry.js";
import { boundsOf } from "./threshold.js";
import type { Claim } from "./types.js";

// How many claims each series has: the ids run from 01 without a gap.
const series = { KV: 35, DO: 63, D1: 35, R2: 24, CA: 12, TC: 4, WK: 24, PL: 4, VD: 6, AS: 8, PG: 6, QU: 6, CR: 3, WF: 6, AC: 4, TN: 2, SEED: 40 };

describe("the registry of claims", () => {
  const claims = loadClaims();
  const byId = new Map(claims.map((claim) => [claim.id, claim]));

  it("has every documented claim", () => {
    const expected = Object.entries(series).flatMap(([name, count]) => Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, "0")}`));
    assert.equal(expected.length, 282);
    assert.deepEqual(claims.map(({ id }) => id).sort(), expected.sort());
  });

  it("states for each what a report shows and where it stands", () => {
    for (const claim of claims) {
      for (const text of [claim.statement, claim.figure, claim.source.document, claim.source.quote]) assert.ok(text.trim() !== "" && text !== "-" && !text.includes("⚠"), claim.id);
      assert.equal((claim.source.quote.match(/“/g) ?? []).length, (claim.source.quote.match(/”/g) ?? []).length, claim.id);
    }
  });

  it("judges numbers by one finite threshold and reasons every tolerance", () => {
    const numbers = claims.filter(({ kind }) => kind === "number");
    assert.ok(numbers.length >= 15);
    for (const claim of numbers) {
      const { low, high } = boundsOf(claim, 1);
      assert.ok(Number.isFinite(low) || Number.isFinite(high), claim.id);
      assert.match(claim.path ?? "", /^\$\.measurements\['[a-z0-9.-]+'\]\.(value|percentiles\.p\d+)$/, claim.id);
    }
  });

  it("holds nobody to a marketing figure or a platform's internals", () => {
    for (const claim of claims) {
      if (claim.id.startsWith("SEED-")) assert.equal(claim.binding, false, claim.id);
      else assert.equal(claim.binding, undefined, claim.id);
      if (claim.nature === "platform") assert.equal(claim.kind, "context", claim.id);
      assert.equal(claim.own, undefined);
    }
  });

  it("keeps what the documents disagree about", () => {
    assert.deepEqual(byId.get("DO-53")?.conflicts, ["SEED-07", "SEED-16"]);
    for (const id of ["KV-08", "D1-24", "D1-35", "R2-19", "WK-03", "WK-05", "WK-06", "WK-11", "SEED-02"]) assert.ok((byId.get(id)?.versions?.length ?? 0) >= 2, id);
    assert.deepEqual(byId.get("KV-08")?.versions?.map(({ figure }) => figure), ["30 s", "30 s", "60 s"]);
  });

  it("has the figures that specs take", () => {
    assert.deepEqual(boundsOf(byId.get("KV-01") ?? assert.fail(), 20), { low: -Infinity, high: 3_250 });
    assert.deepEqual(byId.get("KV-12")?.holds, { equals: 512 });
    assert.deepEqual(byId.get("DO-19")?.limits, { keyBytes: 2048, valueBytes: 131_072 });
    assert.deepEqual(byId.get("SEED-12")?.holds, { atMost: 5 });
  });
});

describe("a user's own claims", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "edgemark-claims-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (content: string): string => {
    const path = join(folder, "my-slo.yaml");
    writeFileSync(path, content);
    return path;
  };
  const own = (content: string): Claim | undefined => loadClaims([file(content)]).at(-1);
  const refused = (content: string, ...expected: readonly RegExp[]): void => {
    assert.throws(
      () => loadClaims([file(content)], (path) => (path.startsWith("$") ? undefined : "expected a JSONPath that begins with $")),
      (error: unknown) => {
        assert.ok(error instanceof EdgemarkError && error.code === "usage.claims", String(error));
        for (const one of expected) assert.match(error.message, one);
        return true;
      },
    );
  };
  const slo = "claims:\n  - id: MY-1\n    product: shop\n    statement: the shop answers fast\n    path: $.measurements['shop.latency'].value\n    unit: ms\n    holds: { atMost: 50 }\n";

  it("needs little: an id, a product, a statement, a path, a unit and a comparator", () => {
    const claim = own(slo);
    assert.equal(claim?.kind, "number");
    assert.equal(claim?.own, true);
    assert.equal(claim?.binding, undefined);
    assert.equal(claim?.figure, "the shop answers fast");
    assert.match(claim?.source.document ?? "", /my-slo\.yaml$/);
  });

  it("takes product and level from the top of the file", () => {
    const claim = own(slo.replace("    product: shop\n", "").replace("claims:", "product: checkout\nlevel: storage\nclaims:"));
    assert.deepEqual([claim?.product, claim?.level], ["checkout", "storage"]);
  });

  it("names the file, the line, the claim, what was expected and what came", () => {
    refused(slo.replace("unit: ms", "unit: millis"), /my-slo\.yaml:6 MY-1: expected unit to be one of ms, us, .*; it is "millis"/);
    refused(slo.replace("holds: { atMost: 50 }", "holds: { atMost: fast }"), /my-slo\.yaml:7 MY-1: expected holds\.atMost to be number; it is "fast"/);
    refused(slo.replace("path: $", "path: "), /my-slo\.yaml:5 MY-1: expected a JSONPath that begins with \$/);
    refused(slo.replace("statement", "statment"), /unknown key statment; did you mean statement\?/, /expected the key statement; it is missing/);
  });

  it("tells all differences at once, of all files", () => {
    refused(`${slo.replace("unit: ms", "unit: parsec")}  - id: MY-2\n    product: shop\n    statement: s\n    colour: red\n`, /5 differences/, /MY-1: .*parsec/, /MY-2: unknown key colour/, /MY-2: expected a path/, /MY-2: expected a unit/, /MY-2: expected holds/);
    assert.throws(() => loadClaims([join(folder, "none.yaml"), join(folder, "neither.yaml")]), /none\.yaml.*\n.*neither\.yaml/);
  });

  it("does not let a claim be redefined, ours or the user's", () => {
    refused(slo.replace("MY-1", "KV-01"), /KV-01: expected an id of its own; kv\.yaml:\d+ has it already/);
    refused(`${slo}${slo.slice("claims:\n".length)}`, /my-slo\.yaml:8 MY-1: expected an id of its own; .*my-slo\.yaml:2/);
  });

  it("wants the comparator that fits the kind", () => {
    refused(slo.replace("holds: { atMost: 50 }", "holds: { every: pass }"), /expected holds with a number/);
    refused(slo.replace("holds: { atMost: 50 }", "holds: { atMost: 50, atLeast: 1 }"), /exactly one comparator/);
    refused(slo.replace("holds: { atMost: 50 }", "holds: { between: [9, 1] }"), /from the lower to the higher/);
    refused(slo.replace(/ {4}holds.*\n/, ""), /expected holds with a number/);
    refused(slo.replace(/ {4}unit.*\n/, ""), /expected a unit/);
    refused(slo.replace(/ {4}path.*\n/, ""), /expected a path/);
    refused(slo.replace("    unit: ms", "    kind: context\n    unit: ms"), /expected no holds, because a context claim is never judged/);
    refused(slo.replace("    unit: ms", "    scaled: true\n    unit: bytes"), /expected scaled only with a unit of time/);
    refused("claims:\n  - { id: MY-1, product: p, kind: must, statement: s }\n", /no check knows a claim of your own/);
    refused("claims:\n  - { id: MY-1, product: p, kind: must, statement: s, path: $.verdict }\n", /expected holds beside the path/);
    refused("claims:\n  - { id: MY-1, product: p, kind: must, statement: s, path: $.verdict, holds: { every: pass }, tolerance: { value: 1, reason: r } }\n", /expected a tolerance only beside a number/);
  });

  it("refuses what is no claims file", () => {
    refused("", /the file is empty/);
    refused("claims: 5\n", /expected claims to be array; it is 5/);
    refused("- a\n", /expected it to be object/);
    refused("claims: [\n", /my-slo\.yaml:\d+: expected YAML/);
    refused("claims:\n  - 7\n", /claims\.0 to be object/);
    refused("claim: []\n", /unknown key claim; did you mean claims\?/);
    refused("claims:\n  - { id: 'MY 1<b>', product: p, statement: s, path: $.a, unit: ms, holds: { atMost: 1 } }\n", /expected id to match pattern/);
    refused("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n", /expected a readable claims file/);
  });
});
