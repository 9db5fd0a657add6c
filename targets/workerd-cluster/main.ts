// The workerd-cluster target: stock workerd in cluster mode, several nodes on this machine that share a bucket, with the KV
// and D1 that come with it. A distributed runtime that is not ours.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import { type RunningAdapter, runAdapter } from "../kit/adapter.js";
import { findRuntime } from "../kit/runtimes.js";
import { openBucket } from "./bucket.js";
import { openCluster } from "./cluster.js";
import { targetOf } from "./target.js";

const mostPops = 12;

await runAdapter(async ({ pops = 3 }): Promise<RunningAdapter> => {
  if (!(Number.isInteger(pops) && pops <= mostPops)) throw new EdgemarkError("usage.flag", `expected 1 to ${mostPops} PoPs; ${pops} came; correct --pops`);
  const { program, version } = findRuntime("workerd");
  const folder = await mkdtemp(join(tmpdir(), "edgemark-"));
  const bucket = await openBucket(folder);
  const cluster = openCluster({ program, folder, bucket, pops, key: randomBytes(32).toString("hex") });
  const close = async (): Promise<void> => {
    await cluster.close();
    await bucket.child?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await cluster.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { server: targetOf(cluster, version, bucket.words), close };
});
