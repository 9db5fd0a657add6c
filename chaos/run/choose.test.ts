import assert from "node:assert/strict";
import type { ChaosPort } from "../port.js";
import { primaryHome } from "../workloads/databases.js";
import { choosePops } from "./choose.js";

const pops = [
  { id: "fra", region: "WEUR" },
  { id: "iad", region: "ENAM" },
  { id: "sin", region: "APAC" },
].map((pop) => ({ ...pop, latitude: 0, longitude: 0, httpAddress: "" }));

const step = { atMs: 0, nemesis: "kill", select: "owner", durationMs: 100 } as const;

/** A world whose PoPs answer as they are told, one after the other; its clock goes on while one waits. */
function portOf(answer: (pop: string) => string): ChaosPort {
  let nowNs = 0n;
  return {
    target: { name: "t", version: "1", vendor: "v", capabilities: [], unknownCapabilities: [], timeScale: 1, pops, anycastAddress: "", limits: {}, notes: [], compatibilityDate: "" },
    signal: new AbortController().signal,
    send: async ({ pop }) => ({ status: 200, text: answer(pop) }),
    inject: () => Promise.reject(new Error("not here")),
    heal: () => Promise.reject(new Error("not here")),
    now: () => nowNs,
    wait: async (milliseconds) => void (nowNs += BigInt(milliseconds) * 1_000_000n),
  };
}

const choose = (port: ChaosPort): Promise<readonly string[] | string> => choosePops(port, { step, index: 0, seed: 1, key: "k", home: primaryHome });

describe("the PoPs of a step", () => {
  it("are where the database's primary is now", async () => {
    assert.deepEqual(await choose(portOf(() => '{"region":"apac"}')), ["sin"]);
  });

  it("are asked of another PoP when one does not answer", async () => {
    const port = portOf((pop) => {
      if (pop === "fra") throw new Error("down");
      return '{"region":"ENAM"}';
    });

    assert.deepEqual(await choose(port), ["iad"]);
  });

  it("are none when the target does not tell", async () => {
    assert.equal(await choose(portOf(() => '{"region":null}')), "the target does not know the home of the database's primary");
    assert.equal(await choose(portOf(() => "nonsense")), "the target does not know the home of the database's primary");
  });

  it("are those that the step names", async () => {
    assert.deepEqual(await choosePops(portOf(() => ""), { step: { ...step, popIds: ["iad"] }, index: 0, seed: 1, key: undefined }), ["iad"]);
  });
});
