// Fixtures as a person takes them: written as projects, served on an edge that knows nothing of certifying, and certified
// there by their addresses.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fixture } from "../suites/check.js";
import { configurationOf, writeFixtures } from "./fixtures.js";
import { suites } from "../suites/index.js";

const program = fileURLToPath(new URL("../edgemark.js", import.meta.url));
const silent = { out: () => undefined };

describe("edgemark fixtures", function () {
  this.timeout(180_000);
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-fixtures-"));
  });
  let serve: ChildProcess | undefined;
  afterEach(async () => {
    // Over its time, the test leaves it running.
    if (serve?.exitCode === null && serve.signalCode === null) serve.kill("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  it("writes what can be certified where it is deployed by hand", async () => {
    await writeFixtures(suites, ["http", "hello"], folder, silent);
    const serving = spawn(process.execPath, [program, "serve", join(folder, "http"), join(folder, "hello"), "--pops", "1", "--port", "0", "--json"], { stdio: ["pipe", "pipe", "pipe"] });
    serve = serving;
    let [said, told] = ["", ""];
    serving.stderr.on("data", (text: Buffer) => (told += text.toString()));
    const ended = new Promise((resolve) => serving.once("exit", resolve));
    for await (const text of serving.stdout) {
      said += String(text);
      if (said.includes("\n")) break;
    }
    assert.ok(said.includes("\n"), told);
    const { port } = new URL((JSON.parse(said) as { anycast: string }).anycast);
    const urls = ["http", "hello"].flatMap((name) => ["--url", `${name}=http://${name}.edge.localhost:${port}`]);
    const certify = spawn(process.execPath, [program, "run", "--json", "--target", "url", ...urls, "--declare", "workers.websocket", "--only", "workers.http.method", "--out", join(folder, "runs")], { stdio: ["ignore", "pipe", "pipe"] });
    let [result, progress] = ["", ""];
    certify.stderr.on("data", (text: Buffer) => (progress += text.toString()));
    for await (const text of certify.stdout) result += String(text);
    serving.kill("SIGINT");
    await ended;

    const { counts } = JSON.parse(result) as { counts: Record<string, number> };
    assert.deepEqual({ ...counts, pass: 0 }, { pass: 0, fail: 0, notApplicable: counts["notApplicable"], inconclusive: 0, error: 0 }, progress);
    assert.ok((counts["pass"] ?? 0) > 0, result);
  });

  it("writes each kind of binding as wrangler reads it", () => {
    const fixture: Fixture = {
      name: "all",
      program: new URL("file:///main.js"),
      crons: ["* * * * *"],
      compatibilityFlags: ["flag"],
      bindings: [
        { kind: "text", name: "T", value: "t" },
        { kind: "json", name: "J", value: "[1]" },
        { kind: "kv", name: "K", namespace: "n" },
        { kind: "service", name: "S", service: "other", entrypoint: "Api" },
        { kind: "d1", name: "D", database: "d" },
        { kind: "r2", name: "R", bucket: "b" },
        { kind: "durable_object", name: "O", className: "C", sqlite: true },
        { kind: "durable_object", name: "P", className: "Old", sqlite: false },
        { kind: "durable_object", name: "Q", className: "Far", sqlite: true, script: "other" },
      ],
    };

    assert.deepEqual(configurationOf(fixture), {
      name: "all",
      main: "main.js",
      compatibility_date: "2026-11-01",
      compatibility_flags: ["flag"],
      vars: { T: "t", J: [1] },
      kv_namespaces: [{ binding: "K", id: "n" }],
      services: [{ binding: "S", service: "other", entrypoint: "Api" }],
      d1_databases: [{ binding: "D", database_name: "d", database_id: "d" }],
      r2_buckets: [{ binding: "R", bucket_name: "b" }],
      durable_objects: { bindings: [{ name: "O", class_name: "C" }, { name: "P", class_name: "Old" }, { name: "Q", class_name: "Far", script_name: "other" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["C"], new_classes: ["Old"] }],
      triggers: { crons: ["* * * * *"] },
      no_bundle: true,
      find_additional_modules: false,
    });
  });

  it("names the nearest fixture when one is not known", async () => {
    await assert.rejects(writeFixtures(suites, ["helo"], folder, silent), { code: "usage.input", message: /helo is none \(did you mean hello\?\)/ });
    await assert.rejects(readFile(join(folder, "hello", "main.js")), { code: "ENOENT" });
  });
});
