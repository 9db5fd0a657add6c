import assert from "node:assert/strict";
import type { Capability } from "../../contract/target/types.js";
import { linkProjects } from "./link.js";
import { type Project, readProject } from "./project.js";

const all: readonly Capability[] = ["kv", "durable-objects", "workers.service"];

function project(name: string, rest: Readonly<Record<string, unknown>> = {}): Project {
  return readProject({ name, main: "index.js", compatibility_date: "2026-10-01", ...rest }, `/p/${name}/wrangler.json`);
}

const calls = (...names: string[]): Readonly<Record<string, unknown>> => ({ services: names.map((service) => ({ binding: service.toUpperCase(), service })) });

describe("serve: linking projects", () => {
  it("deploys what is bound before what binds it", () => {
    const linked = linkProjects([project("web", calls("api", "auth")), project("api", calls("auth")), project("auth")], all);
    assert.deepEqual(linked.map((one) => one.project.name), ["auth", "api", "web"]);
    assert.deepEqual(linked.map((one) => [one.bindings.length, one.lateBindings.length]), [[0, 0], [1, 0], [2, 0]]);
  });

  it("binds a circle late", () => {
    const linked = linkProjects([project("a", calls("b")), project("b", calls("a"))], all);
    assert.deepEqual(linked.map((one) => one.project.name), ["b", "a"]);
    assert.deepEqual(linked.map((one) => [one.bindings.map(({ name }) => name), one.lateBindings.map(({ name }) => name)]), [[[], ["A"]], [["B"], []]]);
  });

  it("binds a worker to itself at once", () => {
    const [only] = linkProjects([project("a", calls("a"))], all);
    assert.deepEqual(only?.bindings, [{ kind: "service", name: "A", service: "a" }]);
  });

  it("names a project that is not served", () => {
    const [only] = linkProjects([project("a", calls("billing"))], all);
    assert.deepEqual(only?.bindings, []);
    assert.deepEqual(only?.notes, ["BILLING is not bound: billing is not served here; give its project as a further argument"]);
  });

  it("asks the owner of a class for its storage", () => {
    const owner = project("owner", { durable_objects: { bindings: [{ name: "X", class_name: "Old" }] }, migrations: [{ tag: "1", new_classes: ["Old"] }] });
    const linked = linkProjects([project("user", { durable_objects: { bindings: [{ name: "X", class_name: "Old", script_name: "owner" }] } }), owner], all);
    assert.deepEqual(linked.at(-1)?.bindings, [{ kind: "durable_object", name: "X", className: "Old", sqlite: false, script: "owner" }]);
  });

  it("names bindings the edge does not have", () => {
    const given = project("a", { r2_buckets: [{ binding: "FILES", bucket_name: "f" }, { binding: "MORE", bucket_name: "m" }], kv_namespaces: [{ binding: "KV", id: "1" }] });
    assert.deepEqual(linkProjects([given], all)[0]?.notes, ["not supported yet, ignored: r2_buckets (FILES, MORE)"]);
    assert.deepEqual(linkProjects([given], [...all, "r2"])[0]?.notes, []);
  });
});
