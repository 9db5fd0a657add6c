// `edgemark target check` on the worked example and a sound target, which keep the contract, and on targets that break it
// in one way each: every sentence it can say must have been said once.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../contract/errors.js";
import { serveTarget } from "../../contract/target/serve.js";
import { findRuntime } from "../kit/runtimes.js";
import { type CheckOptions, examineTarget } from "./check.js";
import type { Finding } from "./finding.js";
import { type SoundTarget, openSoundTarget } from "./sound-target.js";

const serve = new URL("../../contract/target/serve.js", import.meta.url).href;
const sound = new URL("./sound-target.js", import.meta.url).href;
/** An adapter whose parts the tests of starting and stopping change. */
const adapterHead = `import { announce, serveTarget, untilStopped } from ${JSON.stringify(serve)};
import { openSoundTarget } from ${JSON.stringify(sound)};
const { server } = await openSoundTarget();
const served = await serveTarget(server);
`;

describe("targets/check", function () {
  this.timeout(60_000);
  let folder = "";
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "edgemark-test-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  let programs = 0;
  async function brokenAbout(program: string): Promise<string[]> {
    const file = join(folder, `adapter-${++programs}.mjs`);
    await writeFile(file, program);
    return broken(await findingsOf(file, { startDeadlineMs: 5_000, graceMs: 500 }));
  }

  it("finds nothing wrong with the worked example", async () => {
    process.env["WORKERD"] = findRuntime("workerd").program;

    const findings = await findingsOf(fileURLToPath(new URL("../example/adapter.js", import.meta.url)));

    assert.deepEqual(broken(findings), []);
    const held = findings.filter(({ verdict }) => verdict === "held").map(({ subject }) => subject);
    for (const subject of ["handshake", "Deploy", "Deploy a second version", "a worker that does not compile", "stop when stdin closes", "stop on SIGTERM", "ports left behind"]) assert.ok(held.includes(subject), subject);
  });

  it("finds nothing wrong with a sound target that has optional verbs", async () => {
    assert.deepEqual(await brokenWith(() => undefined), []);
  });

  it("does not disturb a target that ran before unless it is asked to", async () => {
    const told = await brokenWith(({ server }) => {
      server.reset = () => Promise.reject(new Error("reset"));
      server.injectFault = () => Promise.reject(new Error("fault"));
    }, {});
    assert.deepEqual(told, []);
  });

  const variants: readonly [what: string, change: (target: SoundTarget) => void, words: string][] = [
    ["a description without workers", ({ description }) => void (description.capabilities = ["kv"]), 'expected the capability "workers"'],
    ["a capability that nobody knows", ({ description }) => void (description.unknownCapabilities = ["tachyons"]), '"tachyons"'],
    ["a description that changes", ({ server, description }) => {
      let calls = 0;
      server.describe = async () => ({ ...description, version: `1.${++calls}` });
    }, "the same name, version"],
    ["a PoP without an endpoint", ({ description }) => void description.pops.push({ id: "b", region: "", latitude: 0, longitude: 0, httpAddress: "" }), "at b: no endpoint"],
    ["an endpoint of no PoP", ({ description }) => void (description.pops = [{ id: "b", region: "", latitude: 0, longitude: 0, httpAddress: "" }]), "at a: a PoP that Describe does not name"],
    ["an anycast that is only declared", ({ description }) => void description.capabilities.push("anycast"), "no anycast endpoint"],
    ["a wrong answer", ({ workers }) => void (workers.edit = (program) => program.replace('"one"', '"wrong"')), '"wrong"'],
    ["a first version that stays", ({ workers }) => void (workers.edit = (program) => program.replace('"two"', '"one"')), 'expected status 200 with "two"'],
    ["one version name for all", ({ server }) => {
      const { deploy } = server;
      server.deploy = async (spec) => ({ ...(await deploy(spec)), version: "latest" });
    }, "a version of its own"],
    ["an environment that is lost", ({ server }) => {
      const { deploy } = server;
      server.deploy = (spec) => deploy({ ...spec, bindings: [] });
    }, "put the chunks of a module together"],
    ["a broken worker that is accepted", ({ workers }) => void (workers.edit = (program) => program.replace(";;; this is not JavaScript", "};")), "a worker with a syntax error"],
    ["a broken worker that replaces the others", ({ server, workers }) => {
      const { deploy } = server;
      server.deploy = (spec) => deploy(spec).catch((error: unknown) => {
        workers.deployed.clear();
        throw error;
      });
    }, "must leave the others alone"],
    ["a refusal without words", ({ server }) => void (server.undeploy = () => Promise.reject(new Error(""))), "words beside the refusal"],
    ["a verb that is declared and not implemented", ({ server }) => void delete server.evict, 'because "evict" is declared'],
    ["a verb that is implemented and not declared", ({ server }) => void (server.clock = async () => 5), 'because "clock" is not declared'],
    ["a TriggerCron that is implemented and not declared", ({ description }) => void (description.capabilities = description.capabilities.filter((name) => name !== "workers.scheduled")), '"workers.scheduled" is not declared'],
    ["a Watch that ends", ({ server }) => void (server.watch = (_onEvent, onEnd) => {
      setImmediate(() => onEnd?.());
      return () => undefined;
    }), "keep it open"],
    ["a cron that does not run", ({ server }) => void (server.triggerCron = async () => ({ outcome: "exception", noRetry: false })), 'the outcome "ok"'],
    ["a fault without evidence", ({ server }) => void (server.injectFault = async () => ({ faultId: "f", evidence: "", effectiveAtMs: 1 })), "evidence: expected text that is not blank"],
    ["a fault without effect", ({ server }) => {
      server.injectFault = async () => ({ faultId: "f", evidence: "paused, it says", effectiveAtMs: 1 });
    }, "expected a not to answer while the fault lasts"],
    ["a fault that is not declared", ({ server }) => void (server.injectFault = async () => ({ faultId: "f", evidence: "done", effectiveAtMs: 1 })), "fault.kill: expected a refusal"],
    ["a fault at a PoP that does not exist", ({ server }) => {
      const { injectFault } = server;
      server.injectFault = async (fault) => injectFault?.({ ...fault, popId: "a" }) ?? Promise.reject(new Error("no faults"));
    }, "a fault at a PoP that does not exist"],
    ["an Undeploy that does nothing", ({ server, workers }) => void (server.undeploy = async (id) => {
      if (!workers.deployed.has(id)) throw new Error(`expected a deployment; ${id} is none`);
    }), "it still answers at a"],
  ];
  for (const [what, change, words] of variants) {
    it(`tells ${what}`, async () => {
      const told = await brokenWith(change);
      assert.ok(told.some((line) => line.includes(words)), `${words} is missing in: ${told.join("\n") || "nothing"}`);
    });
  }

  it("tells an adapter that a bad request ends", async () => {
    const told = await brokenAbout(`${adapterHead.replace("const served", "server.undeploy = async () => process.exit(7);\nconst served")}announce(served.address);\nawait untilStopped();\nprocess.exit();`);
    assert.ok(told.some((line) => line.includes("cannot be reached")), told.join("\n"));
    assert.ok(told.some((line) => line.includes("it had ended before")), told.join("\n"));
  });

  it("tells a process that is left behind", async () => {
    const child = `import { spawn } from "node:child_process";\nspawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });\n`;
    const told = await brokenAbout(`${child}${adapterHead}announce(served.address);\nawait untilStopped();\nprocess.exit();`);
    assert.ok(told.some((line) => line.includes("every process of the adapter")), told.join("\n"));
  });

  it("tells an adapter that ignores its stdin and SIGTERM", async () => {
    const told = await brokenAbout(`process.on("SIGTERM", () => undefined);\n${adapterHead}announce(served.address);\n`);
    assert.ok(told.some((line) => line.includes("it took SIGKILL")), told.join("\n"));
    assert.ok(told.some((line) => line.startsWith("stop on SIGTERM")), told.join("\n"));
  });

  it("tells an adapter that does not start", async () => {
    assert.match((await brokenAbout(`console.error("no licence"); process.exit(1);`)).join(), /^handshake.*no licence/s);
    assert.match((await brokenAbout(`console.log('{"edgemark":1,"target":"127.0.0.1:1"}'); setInterval(() => undefined, 1000);`)).join(), /^connection.*cannot be reached/s);
  });

  it("refuses what names nothing", async () => {
    const fails = (name: string, code: string, word: string): Promise<void> =>
      assert.rejects(findingsOf(name), (error: unknown) => error instanceof EdgemarkError && error.code === code && error.message.includes(word));
    await fails("minflare", "usage.target", "did you mean miniflare?");
    await fails("./nowhere/adapter", "usage.target", "is none");
    const file = join(folder, "plain");
    await writeFile(file, "");
    await chmod(file, 0o644);
    await fails(file, "usage.target", "chmod +x");
  });
});

/** What is found broken about a sound target after one change. */
async function brokenWith(change: (target: SoundTarget) => void, options: CheckOptions = { disturb: true }): Promise<string[]> {
  const target = await openSoundTarget();
  change(target);
  const served = await serveTarget(target.server);
  try {
    return broken(await findingsOf(`grpc://${served.address}`, options));
  } finally {
    await served.close();
    await target.close();
  }
}

async function findingsOf(name: string, options: CheckOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  await examineTarget(name, options, (finding) => findings.push(finding));
  return findings;
}

function broken(findings: readonly Finding[]): string[] {
  return findings.filter(({ verdict }) => verdict === "broken").map(({ subject, words }) => `${subject}: ${words}`);
}
