import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import { type Bundle, bundleProject } from "./bundle.js";
import { loadProject } from "./load.js";
import { readProject } from "./project.js";
import { findProjectFile } from "./project-file.js";

/** The smallest WebAssembly module there is. */
const emptyWasm = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

describe("serve: bundling a project", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-bundle-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  }
  function bundle(settings: Readonly<Record<string, unknown>> = {}): Promise<Bundle> {
    return bundleProject(readProject({ name: "a", main: "src/index.ts", compatibility_date: "2026-01-01", ...settings }, join(folder, "wrangler.json")).bundle);
  }
  async function refusal(settings: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const error: unknown = await bundle(settings).then(() => assert.fail("it was bundled"), (thrown: unknown) => thrown);
    assert.ok(error instanceof EdgemarkError && error.code === "usage.input", String(error));
    return error.message;
  }
  const textOf = (made: Bundle): string => Buffer.from(made.modules[0]?.content ?? []).toString();

  it("makes one module of TypeScript and its imports, and others of text, data and WebAssembly", async () => {
    await put({
      "src/index.ts": `import a from "./a.txt"; import b from "../data/b.bin"; import w from "./w.wasm?module"; import again from "./a.txt"; import md from "./r.md"; import { helper } from "./helper";
        export class Room {} export default { fetch(): Response { return new Response(helper(a, again, b, w, md)); } };`,
      "src/helper.ts": `export const helper = (...all: unknown[]): string => String(all);`,
      "src/a.txt": "text",
      "src/r.md": "# md",
      "data/b.bin": Uint8Array.of(1, 2),
      "src/w.wasm": emptyWasm,
    });
    const made = await bundle({ rules: [{ type: "Text", globs: ["**/*.md"], fallthrough: true }] });

    assert.deepEqual(made.exports.toSorted(), ["Room", "default"]);
    assert.deepEqual(made.modules.map(({ kind }) => kind).toSorted(), ["data", "esm", "text", "text", "wasm"]);
    for (const module of made.modules.slice(1)) assert.ok(textOf(made).includes(`"./${module.path}"`), module.path);
    assert.deepEqual(made.inputs.map((path) => path.slice(folder.length + 1)).toSorted(), ["data/b.bin", "src/a.txt", "src/helper.ts", "src/index.ts", "src/r.md", "src/w.wasm"]);
  });

  it("replaces what define and alias name", async () => {
    await put({ "src/index.ts": `import { v } from "virtual"; export default { fetch: () => [v, FLAG] };`, "src/other.ts": `export const v = "from other";` });
    const made = await bundle({ define: { FLAG: '"flagged"' }, alias: { virtual: "./src/other.ts" } });
    assert.match(textOf(made), /from other/);
    assert.match(textOf(made), /"flagged"/);
  });

  it("leaves Node's modules and the platform's to the isolate", async () => {
    await put({ "src/index.ts": `import { DurableObject } from "cloudflare:workers"; import { join } from "path"; const old = require("fs/promises"); export default { fetch: () => [DurableObject, join, old] };` });
    const made = await bundle({ compatibility_flags: ["nodejs_compat"] });
    assert.match(textOf(made), /from "cloudflare:workers"/);
    assert.match(textOf(made), /from "node:path"/);
    assert.match(textOf(made), /from "node:fs\/promises"/);
    assert.doesNotMatch(textOf(made), /Dynamic require/);
    assert.match(await refusal(), /index\.ts:1:\d+.*add "nodejs_compat" to compatibility_flags/);
    assert.ok(await bundle({ compatibility_date: "2026-10-01" }), "the default since 2026-08-04");
    assert.match(await refusal({ compatibility_date: "2026-10-01", compatibility_flags: ["no_nodejs_compat"] }), /add "nodejs_compat"/);
  });

  it("tells file and line of what does not bundle", async () => {
    await put({ "src/index.ts": `export default {};\nconst x = ;\n` });
    assert.match(await refusal(), /esbuild refused it \(src\/index\.ts:2:11\); correct it:\n[\s\S]*Unexpected ";"/);
    await put({ "src/index.ts": `import "./gone"; import text from "./gone.txt"; export default { text };` });
    assert.match(await refusal(), /Could not resolve "\.\/gone"[\s\S]*gone\.txt/);
  });

  it("refuses a main module that is missing, or exports nothing", async () => {
    assert.match(await refusal(), /there is no such file; correct main, or build the project first/);
    await put({ "src/index.ts": `addEventListener("fetch", () => {});` });
    assert.match(await refusal(), /it exports nothing/);
  });

  it("sends modules as they are when nothing is to be bundled", async () => {
    await put({
      "src/index.js": `import "./lib/here.js"; export class Room {} export default { fetch: (name) => import(name) };`,
      "src/lib/here.js": "export const here = 1;",
      "src/lib/late.mjs": "export default 2;",
      "src/old.cjs": "module.exports = 3;",
      "src/page.html": "<p>",
      "src/shader.glsl": "void",
      "src/package.json": "{}",
      "src/value.json": "{}",
      "src/notes.md": "not a module",
      "src/node_modules/other/index.js": "export {};",
    });
    const plain = { main: "src/index.js", no_bundle: true, rules: [{ type: "Text", globs: ["**/*.glsl"], fallthrough: true }] };
    const made = await bundle(plain);

    assert.equal(made.mainModule, "index.js");
    assert.deepEqual(made.exports.toSorted(), ["Room", "default"]);
    assert.deepEqual(
      made.modules.map(({ path, kind }) => `${path} ${kind}`),
      ["index.js esm", "lib/here.js esm", "lib/late.mjs esm", "old.cjs commonjs", "page.html text", "shader.glsl text", "value.json json"],
    );
    assert.match(textOf(made), /import\(name\)/);
    assert.deepEqual((await bundle({ ...plain, find_additional_modules: false })).modules.map(({ path }) => path), ["index.js"]);
    assert.equal((await bundle({ ...plain, base_dir: "." })).mainModule, "src/index.js");
    assert.match(await refusal({ ...plain, base_dir: "elsewhere" }), /expected the main module below .*elsewhere; .* correct base_dir/);
    await put({ "src/index.ts": "export default {};", "src/index.js": `import "./gone.js"; export default {};` });
    assert.match(await refusal({ ...plain, main: "src/index.ts" }), /compile it first, or leave no_bundle out/);
    assert.match(await refusal(plain), /relative imports are there; .*gone\.js/s);
  });

  it("wants the classes that are bound", async () => {
    await put({ "wrangler.toml": `name = "a"\nmain = "i.js"\ndurable_objects = { bindings = [{ name = "R", class_name = "Room" }] }`, "i.js": "export default {};", ".dev.vars": 'A="1"\n', ".dev.vars.live": "B=2" });
    const options = { environment: undefined, isOneOfSeveral: false, keepsState: false };
    await assert.rejects(loadProject(join(folder, "wrangler.toml"), options), /Room is missing \(it exports default\); export it/);
    await put({ "i.js": "export default {}; export class Room {}" });
    const loaded = await loadProject(await findProjectFile(folder), options);
    assert.deepEqual(loaded.project.bindings[0], { kind: "secret", name: "A", value: "1" });
    assert.deepEqual(loaded.files.map((path) => path.slice(folder.length + 1)), ["wrangler.toml", ".dev.vars", "i.js"]);
  });

  it("finds a project, or says where there is none", async () => {
    await assert.rejects(findProjectFile(folder), /has no wrangler\.json, wrangler\.jsonc, wrangler\.toml/);
    await put({ "wrangler.toml": "", "wrangler.jsonc": "{}" });
    assert.equal(await findProjectFile(folder), join(folder, "wrangler.jsonc"));
    await assert.rejects(findProjectFile(join(folder, "wrangler.tml")), /did you mean wrangler\.toml\?/);
  });
});
