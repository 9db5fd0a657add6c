import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { type Project, type ProjectOptions, readProject } from "./project.js";
import { parseProjectText } from "./project-file.js";

const file = "/projects/shop/wrangler.toml";

function read(text: string, options: ProjectOptions = {}, name = file): Project {
  return readProject(parseProjectText(text, name), name, options);
}

/** The message of the refusal of a text. */
function refusal(text: string, options: ProjectOptions = {}, name = file): string {
  try {
    read(text, options, name);
  } catch (error) {
    assert.ok(error instanceof EdgemarkError);
    assert.equal(error.code, "usage.input");
    return error.message;
  }
  return assert.fail("it was not refused");
}

const plain = `name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-10-01"\n`;

describe("serve: reading a project", () => {
  it("reads a whole project", () => {
    const project = read(`${plain}
      compatibility_flags = ["nodejs_compat"]
      kv_namespaces = [{ binding = "KV", id = "abc" }, { binding = "OTHER" }]
      services = [{ binding = "AUTH", service = "auth", entrypoint = "Admin" }]
      vars = { GREETING = "hi", LIMITS = { most = 3 }, COUNT = 2 }
      triggers = { crons = ["*/5 * * * *"] }
      alias = { "a" = "./b.ts" }
      define = { FLAG = "true" }
      [[durable_objects.bindings]]
      name = "ROOM"
      class_name = "Room"
      [[durable_objects.bindings]]
      name = "FOREIGN"
      class_name = "Far"
      script_name = "auth"
      [[migrations]]
      tag = "v1"
      new_sqlite_classes = ["Room"]`);

    assert.equal(project.name, "shop");
    assert.equal(project.bundle.main, "/projects/shop/src/index.ts");
    assert.equal(project.compatibilityDate, "2026-10-01");
    assert.deepEqual(project.bindings, [
      { kind: "text", name: "GREETING", value: "hi" },
      { kind: "json", name: "LIMITS", value: '{"most":3}' },
      { kind: "json", name: "COUNT", value: "2" },
      { kind: "kv", name: "KV", namespace: "abc" },
      { kind: "kv", name: "OTHER", namespace: "shop-OTHER" },
      { kind: "service", name: "AUTH", service: "auth", entrypoint: "Admin" },
      { kind: "durable_object", name: "ROOM", className: "Room", sqlite: true },
      { kind: "durable_object", name: "FOREIGN", className: "Far", sqlite: true, script: "auth" },
    ]);
    assert.deepEqual(project.ownClasses, ["Room"]);
    assert.deepEqual(project.crons, ["*/5 * * * *"]);
    assert.deepEqual(project.bundle.alias, { a: "./b.ts" });
    assert.deepEqual(project.bundle.define, { FLAG: "true" });
    assert.deepEqual(project.notes, []);
  });

  it("reads JSON with comments the same way", () => {
    const project = read(`{ // mine\n "name": "shop", "main": "index.js", "compatibility_date": "2026-10-01", "vars": { "A": "b", }, }`, {}, "/p/wrangler.jsonc");
    assert.deepEqual(project.bindings, [{ kind: "text", name: "A", value: "b" }]);
  });

  it("lets secrets win over vars", () => {
    const project = read(`${plain}vars = { KEY = "public", OTHER = "x" }`, { secrets: { KEY: "secret" } });
    assert.deepEqual(project.bindings, [
      { kind: "text", name: "OTHER", value: "x" },
      { kind: "secret", name: "KEY", value: "secret" },
    ]);
  });

  it("inherits settings into an environment, not bindings", () => {
    const text = `${plain}
      kv_namespaces = [{ binding = "KV", id = "abc" }]
      vars = { A = "top" }
      triggers = { crons = ["0 0 * * *"] }
      [env.staging]
      vars = { A = "staging" }
      [env.live]
      name = "shop-for-real"
      compatibility_date = "2026-11-01"
      kv_namespaces = [{ binding = "KV", id = "live" }]`;

    const staging = read(text, { environment: "staging" });
    assert.equal(staging.name, "shop-staging");
    assert.equal(staging.compatibilityDate, "2026-10-01");
    assert.deepEqual(staging.crons, ["0 0 * * *"]);
    assert.deepEqual(staging.bindings, [{ kind: "text", name: "A", value: "staging" }]);
    assert.deepEqual(staging.notes, ["env.staging does not inherit kv_namespaces: bindings and vars are stated anew in each environment"]);

    const live = read(text, { environment: "live" });
    assert.equal(live.name, "shop-for-real");
    assert.equal(live.compatibilityDate, "2026-11-01");
    assert.deepEqual(live.bindings, [{ kind: "kv", name: "KV", namespace: "live" }]);
    assert.match(live.notes.join("\n"), /env\.live does not inherit vars/);
  });

  it("names the environments there are", () => {
    assert.match(refusal(`${plain}[env.staging]`, { environment: "stagin" }), /did you mean staging\?/);
    assert.match(refusal(plain, { environment: "x" }), /it has none; leave --env out/);
    assert.match(refusal(`${plain}[env.a]\n[env.b]`, { environment: "production" }), /it has a, b/);
  });

  it("names what it does not support, and what it does not know", () => {
    const { notes } = read(`${plain}
      account_id = "1"
      routes = ["example.com/*"]
      kv_namespace = []
      build = { command = "make" }
      [[hyperdrive]]
      binding = "PG"
      id = "1"
      [assets]
      directory = "./public"
      binding = "ASSETS"
      [observability]
      enabled = true
      [env.a]
      alias = {}
      mian = 1`);
    assert.deepEqual(notes, [
      "unknown key, ignored: kv_namespace (did you mean kv_namespaces?)",
      "not supported yet, ignored: build; run the build command yourself; its output is watched",
      "not supported yet, ignored: hyperdrive (PG)",
      "not supported yet, ignored: assets (ASSETS)",
      "no effect on this edge: account_id, routes, observability",
    ]);
    const inside = read(`${plain}[env.a]\nalias = {}\nmian = "x"`, { environment: "a" }).notes;
    assert.deepEqual(inside, ["ignored: env.a.alias belongs at the top level", "unknown key, ignored: env.a.mian (did you mean main?)"]);
  });

  it("replays migrations", () => {
    const text = `${plain}
      durable_objects = { bindings = [{ name = "A", class_name = "New" }, { name = "B", class_name = "Old" }, { name = "C", class_name = "Never" }] }
      [[migrations]]
      tag = "1"
      new_classes = ["Old", "Gone"]
      new_sqlite_classes = ["First"]
      [[migrations]]
      tag = "2"
      renamed_classes = [{ from = "First", to = "New" }]
      deleted_classes = ["Gone"]`;

    const project = read(text);
    assert.deepEqual([...project.classes], [["Old", false], ["New", true]]);
    assert.deepEqual(project.bindings.map((one) => (one.kind === "durable_object" ? one.sqlite : undefined)), [true, false, true]);
    assert.match(project.notes.join("\n"), /class Never is in no migration/);
    assert.match(read(text, { keepsState: true }).notes.join("\n"), /neither moved nor removed: First \(renamed to New\), Gone \(deleted\)/);
  });

  it("takes a name that can be part of a host", () => {
    const project = read(`name = "My_Shop"\nmain = "i.js"\ncompatibility_date = "2026-10-01"`);
    assert.equal(project.name, "my-shop");
    assert.match(project.notes.join("\n"), /"My_Shop" is taken as my-shop/);
    assert.equal(read(`main = "i.js"`).name, "shop");
  });

  it("puts the project's own rules first and closes their type", () => {
    const { rules } = read(`${plain}rules = [{ type = "Text", globs = ["**/*.md"] }, { type = "Data", globs = ["**/*.dat"], fallthrough = true }]`).bundle;
    assert.deepEqual(rules, [
      { type: "Text", globs: ["**/*.md"] },
      { type: "Data", globs: ["**/*.dat"] },
      { type: "Data", globs: ["**/*.bin"] },
      { type: "CompiledWasm", globs: ["**/*.wasm", "**/*.wasm?module"] },
    ]);
  });

  it("reports every mistake at once", () => {
    const message = refusal(`
      name = 5
      compatibility_date = "yesterday"
      compatibility_flags = "nodejs_compat"
      kv_namespaces = [{ id = "1" }]
      services = { binding = "A" }
      vars = { "not-a-name" = "x", B = "1" }
      queues = { producers = [{ binding = "B", queue = "q" }] }
      triggers = { crons = ["every minute"] }
      durable_objects = { bindings = [{ name = "X" }] }`);
    for (const expected of [
      /name: text expected; 5 came/,
      /main: the path of the main module expected; it is missing/,
      /compatibility_date: a date as YYYY-MM-DD expected; "yesterday" came/,
      /compatibility_flags: a list of texts expected/,
      /kv_namespaces\[0\]\.binding: a text expected; it is missing/,
      /services: a list of tables expected/,
      /not-a-name: a binding is named like a JavaScript variable/,
      /B: one binding of a name expected; it is bound twice/,
      /triggers\.crons: five fields in UTC expected; "every minute" came/,
      /durable_objects\.bindings\[0\]\.class_name: a text expected; it is missing/,
    ]) {
      assert.match(message, expected);
    }
  });

  it("tells the line of a mistake in TOML and in JSON", () => {
    assert.match(refusal(`name = "a"\nmain = \n`), /at line 2, column 8/);
    assert.match(refusal(`{\n  "name": "a"\n  "main": 1 }`, {}, "/p/wrangler.json"), /comma expected at line 3, column 3/);
    assert.match(refusal("", {}, "/p/wrangler.json"), /it is empty/);
    assert.match(refusal("x", {}, "/p/wrangler.yaml"), /another ending/);
  });

  it("refuses what is no Worker", () => {
    assert.match(refusal(`${plain}pages_build_output_dir = "x"`), /Pages project/);
    assert.match(refusal(`name = "a"\nmain = "entry.py"`), /JavaScript or TypeScript module expected; "entry.py" came/);
  });
});
