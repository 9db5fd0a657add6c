// Faults are in effect before their evidence is given, heal in any order, and are refused when nothing is seen of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { FaultSpec } from "../../../contract/target/types.js";
import type { StorageFaults } from "../../supervisor/storage.js";
import { fixtureEdge, type FixtureEdge } from "./edge.fixture.js";
import { startFaults, type Faults } from "./registry.js";

const refused = (words: RegExp): { readonly code: string; readonly message: RegExp } => ({ code: "target.refused", message: words });

describe("faults", function () {
  this.timeout(10_000);
  let edge: FixtureEdge;
  let faults: Faults;

  before(async () => {
    edge = await fixtureEdge();
  });
  after(() => edge.close());
  beforeEach(() => {
    faults = startFaults(edge);
  });
  afterEach(() => faults.close());

  const popId = "fra";
  const stateOf = (): string => /\) (\w)/.exec(readFileSync(`/proc/${edge.pop(popId)?.current?.engine.pid ?? 0}/stat`, "latin1"))?.[1] ?? "";
  const isHeld = (paths: StorageFaults["paths"]): boolean => paths(0).to.isHeld && paths(0).from.isHeld;
  const pathsOf = (): StorageFaults["paths"] => edge.storage.faults?.paths ?? assert.fail("an embedded bucket");

  for (const [what, spec, words] of [
    ["a PoP that is not there", { kind: "kill", popId: "xyz" }, /fra, iad; "xyz" came/],
    ["a parameter that it does not know", { kind: "kill", popId, parameters: { speed: 1 } }, /speed is no parameter of kill/],
    ["a parameter that is missing", { kind: "slow-disk", popId }, /delayMs is missing/],
    ["a parameter out of bounds, or no number", { kind: "lossy-link", popId, parameters: { lossRatio: 1.5, stallMs: Number.NaN } }, /lossRatio must be from 0.0001 to 1, and is 1.5; stallMs must be/],
    ["a scope that it does not know", { kind: "isolate", popId, scope: "moon" }, /peers, storage, clients, control; "moon" came/],
    ["a partition without another side", { kind: "partition", popId, scope: popId }, /without fra/],
    ["a lag of replicas by a kind that has none", { kind: "lossy-link", popId, scope: "replication", parameters: { lossRatio: 0.5 } }, /slow-link or isolate/],
  ] as const satisfies readonly (readonly [string, FaultSpec, RegExp])[]) {
    it(`refuse ${what}`, async () => {
      await assert.rejects(faults.inject(spec), refused(words));
    });
  }

  for (const scope of ["clients", "peers", "storage"]) {
    it(`make the link to ${scope} slow by any number of ms, and well again`, async () => {
      const { faultId, evidence } = await faults.inject({ kind: "slow-link", popId, scope, parameters: { delayMs: 20.37, jitterMs: 1.5 } });
      assert.match(evidence, /20\.37 ms .* more each way; probes over the link before: .* now: /);

      const tookMs = Number(/now: .*: (\d+) ms/.exec(evidence)?.[1]);
      assert.ok(tookMs >= 40, evidence);
      assert.match((await faults.heal(faultId)).evidence, /probes over the link: .* ms/);
    });

    it(`lose a part of what goes to ${scope}, and count it`, async () => {
      const { faultId, evidence } = await faults.inject({ kind: "lossy-link", popId, scope, parameters: { lossRatio: 0.5, stallMs: 10.3 } });

      assert.match(evidence, /[1-9]\d* of \d+ probes were late/);
      assert.match((await faults.heal(faultId)).evidence, /[1-9]\d* of [1-9]\d* pieces came late/);
    });
  }

  for (const scope of ["peers", "storage"]) {
    it(`hold everything between a PoP and its ${scope} until they are healed`, async () => {
      const { faultId, evidence } = await faults.inject({ kind: "isolate", popId, scope });

      assert.match(evidence, /got an answer before .* and none within/);
      assert.match((await faults.heal(faultId)).evidence, /: [\d.]+ ms$/);
    });
  }

  it("split PoPs one way only", async () => {
    const { faultId } = await faults.inject({ kind: "partition", popId, scope: "iad", parameters: { oneWay: 1 } });

    assert.deepEqual([edge.storage.mesh?.path(0, 1).isHeld, edge.storage.mesh?.path(1, 0).isHeld], [true, false]);
    await faults.heal(faultId);
  });

  it("cut clients off at the PoP's address, and let them in again", async () => {
    const port = edge.pop(popId)?.listener?.port ?? 0;
    const connects = (): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port }, () => resolve(!socket.destroy().connecting));
        socket.on("error", () => resolve(false));
      });

    const { faultId } = await faults.inject({ kind: "isolate", popId, scope: "clients" });
    assert.equal(await connects(), false);
    await faults.heal(faultId);
    assert.equal(await connects(), true);
  });

  it("reset the connections that are open", async () => {
    const port = edge.pop(popId)?.listener?.port ?? 0;
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => undefined);
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    while ((edge.pop(popId)?.listener?.connections.size ?? 0) === 0) await new Promise((resolve) => setImmediate(resolve));

    const { evidence } = await faults.inject({ kind: "reset-connections", popId });

    assert.match(evidence, /^[1-9]\d* connections/);
    await closed;
  });

  it("stop a process, and let it go on", async () => {
    const { faultId, evidence } = await faults.inject({ kind: "pause", popId });

    assert.equal(stateOf(), "T");
    assert.match(evidence, /is in state T/);
    assert.doesNotMatch((await faults.heal(faultId)).evidence, /in state T|stays stopped/);
  });

  it("leave a process a part of its time", async () => {
    const { faultId, evidence } = await faults.inject({ kind: "overload", popId, parameters: { cpuRatio: 0.1 } });

    assert.match(evidence, /kept from running in \d+ %/);
    await faults.heal(faultId);
    assert.notEqual(stateOf(), "T");
  });

  it("make the disk slow, and full: then it writes nothing, late or not", async () => {
    const slow = await faults.inject({ kind: "slow-disk", popId, parameters: { delayMs: 15.5 } });
    const full = await faults.inject({ kind: "full-disk", popId });

    assert.match(slow.evidence, /flushes 15\.5 ms later/);
    assert.match(full.evidence, /InsufficientStorage/);
    assert.match((await faults.heal(slow.faultId)).evidence, /full disk/);
    assert.match((await faults.heal(full.faultId)).evidence, /a write was taken in/);
  });

  it("keep replicas late, and release them once", async () => {
    const { faultId } = await faults.inject({ kind: "slow-link", popId, scope: "replication", parameters: { delayMs: 10.4, jitterMs: 3 } });
    await faults.heal(faultId);

    assert.deepEqual(edge.told.filter((line) => line.includes("lag")), ["lag *>fra=12~2", "no lag *>fra=12~2"]);
  });

  it("are told, have an id of their own, and are healed once", async () => {
    const [one, other] = [await faults.inject({ kind: "kill", popId }), await faults.inject({ kind: "kill", popId })];
    await faults.heal(one.faultId);

    assert.notEqual(one.faultId, other.faultId);
    assert.deepEqual(edge.told.slice(-3), ["fault-injected fra", "fault-injected fra", "fault-healed fra"]);
    await assert.rejects(faults.heal(one.faultId), refused(/fault that is in effect/));
  });

  it("let go of everything when the edge ends", async () => {
    await faults.inject({ kind: "isolate", popId, scope: "storage" });
    await faults.inject({ kind: "pause", popId });

    faults.close();

    assert.equal(isHeld(pathsOf()), false);
    while (stateOf() === "T") await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("faults that do nothing", function () {
  this.timeout(10_000);

  /** An edge on which a fault is put in and has no effect. */
  const idle = (harm: (faults: StorageFaults) => Partial<StorageFaults>): Promise<FixtureEdge> =>
    fixtureEdge(({ faults }) => {
      if (faults === undefined) throw new Error("an embedded bucket");
      // Not a copy by spread: it has a getter.
      const harmed: StorageFaults = { ...faults, ...harm(faults), get isFull() { return faults.isFull; } };
      return { faults: harmed };
    });

  for (const [what, harm, spec] of [
    ["a slow disk", () => ({ slowDisk: () => () => undefined }), { kind: "slow-disk", popId: "fra", parameters: { delayMs: 5_000 } }],
    ["a full disk", () => ({ fillDisk: () => () => undefined }), { kind: "full-disk", popId: "fra" }],
    ["an isolation", ({ paths }: StorageFaults) => ({ paths: (index: number) => paths(1 - index) }), { kind: "isolate", popId: "fra", scope: "storage" }],
    ["a slow link", ({ paths }: StorageFaults) => ({ paths: (index: number) => paths(1 - index) }), { kind: "slow-link", popId: "fra", scope: "storage", parameters: { delayMs: 5_000 } }],
  ] as const) {
    it(`are taken back: ${what}`, async () => {
      const edge = await idle(harm);
      const faults = startFaults(edge);
      try {
        await assert.rejects(faults.inject(spec), refused(/expected to see the fault take effect.*it was taken back/));
        assert.equal(edge.told.length, 0, "nobody is told");
        assert.equal(edge.storage.faults?.paths(0).to.isClear, true);
      } finally {
        faults.close();
        await edge.close();
      }
    });
  }

  it("are taken back: a partition whose links are elsewhere", async () => {
    const edge = await fixtureEdge(({ mesh }) => ({ mesh: mesh === undefined ? undefined : { ...mesh, path: (from, to) => mesh.path(from + 5, to + 5) } }));
    const faults = startFaults(edge);
    try {
      await assert.rejects(faults.inject({ kind: "partition", popId: "fra", scope: "iad" }), refused(/a probe was answered/));
    } finally {
      faults.close();
      await edge.close();
    }
  });
});
