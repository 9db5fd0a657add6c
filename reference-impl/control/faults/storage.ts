// Faults of the disk under the bucket, which all PoPs of this edge share: slow, and full.
import { EdgemarkError } from "../../../contract/errors.js";
import type { Edge } from "../../supervisor/edge.js";
import type { StorageFaults } from "../../supervisor/storage.js";
import { type Inject, shown, withoutEffect } from "./injected.js";
import { parametersOf } from "./parameters.js";

const seenRatio = 0.8;

function faultsOf(edge: Edge): StorageFaults {
  const { faults } = edge.storage;
  if (faults === undefined) throw new EdgemarkError("target.unimplemented", "the reference edge cannot harm the disk of a bucket outside; Describe says what it can");
  return faults;
}

export const slowDisk: Inject = async (edge, _pop, fault) => {
  const faults = faultsOf(edge);
  const { delayMs } = parametersOf(fault, { delayMs: { least: 1, most: 60_000 } });
  const before = await faults.writeMs();
  const end = faults.slowDisk(delayMs);
  const during = await faults.writeMs();
  // A disk that is full besides writes nothing, late or not.
  if (during !== "full" && during < delayMs * seenRatio) {
    end();
    throw withoutEffect(`a write took ${shown(during)}`);
  }
  return {
    evidence: `the bucket, which all PoPs share, flushes ${delayMs} ms later: a write took ${words(before)} before and ${words(during)} now`,
    async heal() {
      end();
      return `a write took ${words(await faults.writeMs())}`;
    },
    release: end,
  };
};

export const fullDisk: Inject = async (edge, _pop, fault) => {
  const faults = faultsOf(edge);
  parametersOf(fault, {});
  const end = faults.fillDisk();
  const during = await faults.writeMs();
  if (during !== "full") {
    end();
    throw withoutEffect(`a write was taken in ${shown(during)}`);
  }
  return {
    evidence: "the disk of the bucket, which all PoPs share, is full: a write was refused with InsufficientStorage",
    async heal() {
      end();
      const after = await faults.writeMs();
      return after === "full" ? "the disk stays full: another fault keeps it so" : `a write was taken in ${shown(after)}`;
    },
    release: end,
  };
};

function words(time: number | "full"): string {
  return time === "full" ? "no time, being refused by a full disk," : shown(time);
}
