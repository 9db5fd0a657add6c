// The cases themselves under test, on stock workerd: each passes as it is, and fails once its subject is taken away or
// made inert. A check that cannot fail proves nothing.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startStockRuntime } from "../runner/stock-runtime.fixture.js";
import { ecma429Entries } from "./ecma429.js";
import { isolateAreas, loadCases } from "./isolate.js";

const lists = await Promise.all([...isolateAreas, "node"].map(loadCases));
const cases = lists.slice(0, -1).flat();

// Without it there is nothing left to ask.
const unbreakable: ReadonlySet<string> = new Set(["globalThis"]);

describe("cases of the isolate", () => {
  it("have unique ids of the suite's form and a promise each", () => {
    const all = lists.flat();
    const ids = all.map((unit) => unit.id);

    assert.deepEqual(ids.filter((id, index) => ids.indexOf(id) !== index), []);
    assert.deepEqual(ids.filter((id) => !/^workers(\.[a-z0-9]+(-[a-z0-9]+)*){2,}$/.test(id)), []);
    assert.deepEqual(all.filter((unit) => unit.promise.length < 20).map((unit) => unit.id), []);
  });

  it("stand for every entry of ECMA-429, each once", () => {
    const entries = lists.flat().flatMap((unit) => (unit.entry === undefined ? [] : [unit.entry]));

    assert.equal(ecma429Entries.length, 78);
    assert.deepEqual([...entries].sort(), [...ecma429Entries].sort());
  });
});

/** A case that a broken subject holds up is answered for by the worker; this is for a machine that stands still. */
const patienceMs = 30_000;

describe("cases of the isolate on stock workerd", function () {
  this.timeout(120_000);
  let runtime: { readonly url: string; close(): Promise<void> } | undefined;
  before(async () => {
    runtime = await startWorkerd(fileURLToPath(new URL("./saboteur.worker.js", import.meta.url)));
  });
  after(() => runtime?.close());

  const passes = async (how: string, id: string): Promise<boolean> => {
    const response = await fetch(`${runtime?.url}/${how}/${id}`, { headers: { connection: "close" }, signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
    const text = response?.status === 200 ? await response.text() : "";
    return text === '{"ok":true}';
  };
  const passing = async (how: string, of: readonly { readonly id: string }[]): Promise<string[]> => {
    const names: string[] = [];
    for (const unit of of) if (await passes(how, unit.id)) names.push(unit.id);
    return names;
  };

  it("pass as they are", async () => {
    const passed = await passing("intact", cases);

    assert.deepEqual(cases.map((unit) => unit.id).filter((id) => !passed.includes(id)), []);
  });

  it("fail without their subject", async () => {
    const judged = cases.filter((unit) => !unbreakable.has(unit.subject) && unit.mayBeAbsent !== true);

    assert.deepEqual(await passing("absent", judged), []);
  });

  it("fail with an inert subject", async () => {
    const judged = cases.filter((unit) => !unbreakable.has(unit.subject));

    assert.deepEqual(await passing("inert", judged), []);
  });

  it("pass again afterwards", async () => {
    const passed = await passing("intact", cases);

    assert.deepEqual(cases.map((unit) => unit.id).filter((id) => !passed.includes(id)), []);
  });
});

/** Starts stock workerd with one program on a free loopback port. */
async function startWorkerd(program: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "edgemark-cases-"));
  // An embedded file is looked up beside the configuration only.
  copyFileSync(program, join(folder, "main.js"));
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "cases", worker = (modules = [(name = "main.js", esModule = embed "main.js")], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "cases")],
);
`,
  );
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { ports, kill } = await startStockRuntime(folder, 1);
    return { url: `http://127.0.0.1:${ports.get("http")}`, close: () => kill().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
