// Plants one violation of each import rule in a tree of the project's layout and sees it caught, and hides a file from
// the tool and sees the guard fail: a rule that was never seen to fail holds nothing.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { examineImports } from "./imports.mjs";

/** rule, importing file, what it imports */
const planted = [
  ["contract-imports", "contract/a.ts", "../chaos/x.js"],
  ["chaos-imports", "chaos/a.ts", "../load/x.js"],
  ["load-imports", "load/a.ts", "../reports/x.js"],
  ["reports-imports", "reports/a.ts", "../suites/check.js"],
  ["targets-imports", "targets/a.ts", "../suites/check.js"],
  ["suites-imports", "suites/a.ts", "../targets/kit/x.js"],
  ["suites-imports", "suites/b.ts", "../reports/x.js"],
  ["reference-impl-imports", "reference-impl/control/a.ts", "../../load/x.js"],
  ["reference-core-is-alone", "reference-impl/front/a.ts", "../../contract/x.js"],
  ["reference-is-started", "targets/reference/a.ts", "../../reference-impl/front/x.js"],
  ["nobody-imports-commands", "reports/b.ts", "../commands/x.js"],
  ["adapters-are-apart", "targets/deno/a.ts", "../bun/x.js"],
  ["products-are-apart", "suites/kv/a.ts", "../workers/x.js"],
  ["isolate-programs-are-bundled", "suites/kv/b.ts", "../fixtures/x.worker.js"],
  ["judging-is-pure", "reports/judge-a.ts", "node:fs"],
  ["judging-is-pure", "chaos/checkers/a.ts", "node:http"],
  ["door-grpc", "targets/kit/a.ts", "@grpc/grpc-js"],
  ["door-mocha", "suites/kv/c.ts", "mocha"],
  ["door-autocannon", "load/open-loop/a.ts", "autocannon"],
  ["door-hdr-histogram-js", "reports/c.ts", "hdr-histogram-js"],
  ["door-jsonpath-plus", "reports/d.ts", "jsonpath-plus"],
  ["door-charts", "reports/html/a.ts", "chart.js"],
  ["door-aws4fetch", "reference-impl/supervisor/a.ts", "aws4fetch"],
  ["door-esbuild", "suites/runner/a.ts", "esbuild"],
  ["door-commander", "commands/a.ts", "commander"],
  ["door-ajv", "suites/runner/b.ts", "ajv"],
  ["door-yaml", "reports/e.ts", "yaml"],
  ["door-ws", "load/b.ts", "ws"],
  ["door-miniflare", "targets/deno/b.ts", "miniflare"],
  ["door-edge-runtime", "targets/deno/c.ts", "edge-runtime"],
  ["no-import-of-tests", "chaos/b.ts", "./x.fixture.js"],
  ["no-test-by-test", "chaos/b.test.ts", "./x.test.js"],
  ["no-unresolved", "chaos/c.ts", "./nowhere.js"],
  ["no-dev-package-at-run-time", "chaos/d.ts", "fast-check"],
  ["no-undeclared-package", "chaos/e.ts", "stray"],
];

const dependencies = ["@grpc/grpc-js", "mocha", "autocannon", "hdr-histogram-js", "jsonpath-plus", "chart.js", "aws4fetch", "esbuild", "commander", "ajv", "yaml", "ws"];
const devDependencies = ["miniflare", "edge-runtime", "fast-check"];
const sound = [
  "contract/x.ts", "chaos/x.ts", "chaos/x.fixture.ts", "chaos/x.test.ts", "load/x.ts", "reports/x.ts", "commands/x.ts", "suites/check.ts", "suites/workers/x.ts", "suites/fixtures/x.worker.ts",
  "targets/kit/x.ts", "targets/bun/x.ts", "reference-impl/front/x.ts",
];

async function write(root, path, text) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** A tree with the layout of the project and stand-ins for its packages. */
async function makeTree(files) {
  const root = await mkdtemp(join(tmpdir(), "edgemark-imports-"));
  const versions = (names) => Object.fromEntries(names.map((name) => [name, "1.0.0"]));
  await write(root, "package.json", JSON.stringify({ name: "tree", type: "module", dependencies: versions(dependencies), devDependencies: versions(devDependencies) }));
  await write(root, "tsconfig.json", JSON.stringify({ compilerOptions: { module: "NodeNext", moduleResolution: "NodeNext" } }));
  for (const name of [...dependencies, ...devDependencies, "stray"]) {
    await write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    await write(root, `node_modules/${name}/index.js`, "module.exports = 1;\n");
  }
  for (const [path, text] of files) await write(root, path, text);
  return root;
}

describe("the import rules", function () {
  // Three starts of dependency-cruiser, on a machine that may be busy.
  this.timeout(120_000);
  const roots = [];
  const examine = async (files, nodeFlags = []) => {
    const root = await makeTree(files);
    roots.push(root);
    return examineImports(root, nodeFlags);
  };
  const soundFiles = sound.map((path) => [path, "export const x = 1;\n"]);
  // A tree without dead files: the composition root and one test reach all that is sound.
  const main = ["edgemark.ts", `import "./commands/x.js";\n`];
  after(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))));

  it("catch each planted violation", async () => {
    const { violations, unseen } = await examine([
      ...soundFiles, main,
      ...planted.map(([, file, target]) => [file, `import * as it from "${target}";\nexport const a = it;\n`]),
      ["chaos/one.ts", `import { two } from "./two.js";\nexport const one = (): number => two();\n`],
      ["chaos/two.ts", `import { one } from "./one.js";\nexport const two = (): number => one();\n`],
      ["load/dead.ts", "export const dead = 1;\n"],
    ]);

    const missed = planted.filter(([rule, file]) => !violations.some((one) => one.rule === rule && one.from === file));
    assert.deepEqual(missed, []);
    assert.ok(violations.some((one) => one.rule === "no-cycle" && one.from.startsWith("chaos/")));
    assert.ok(violations.some((one) => one.rule === "no-dead-file" && one.from === "load/dead.ts"));
    assert.deepEqual(unseen, []);
  });

  it("leave a sound tree alone", async () => {
    const { violations, unseen, seen } = await examine([
      main,
      ["commands/x.ts", `import { y } from "../chaos/y.js";\nexport const x = y;\n`],
      ["chaos/y.ts", `import { z } from "../contract/z.js";\nexport const y = z;\n`],
      ["contract/z.ts", "export const z = 1;\n"],
    ]);

    assert.deepEqual({ violations, unseen, seen }, { violations: [], unseen: [], seen: 4 });
  });

  it("name every file that the tool did not see, as without a compiler it knows", async () => {
    const preload = `import Module from "node:module"; const found = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => { if (name.startsWith("typescript")) throw new Error("hidden"); return found(name, ...rest); };`;

    const { violations, unseen } = await examine([...soundFiles, main, ["contract/a.ts", `export * from "../chaos/x.js";\n`]], ["--import", `data:text/javascript,${encodeURIComponent(preload)}`]);

    assert.deepEqual(violations, [], "the false green that this guards against is gone: then so may be the guard");
    assert.ok(unseen.length > 0);
  });
});
