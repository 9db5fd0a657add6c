// The store as a process that is killed with SIGKILL under concurrent conditional writes, again and again.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { openBucket } from "./bucket.js";
import { type CrashClient, recoveredFrom, runWriters } from "./crash-workload.js";
import { brokenPromises, type DurableWrite, type Outcome } from "./durability.js";
import { seededRandom } from "./simulated-disk.js";

const program = fileURLToPath(new URL("./main.js", import.meta.url));
const rounds = Number(process.env["EDGEMARK_KILL_ROUNDS"] ?? 4);
const Bucket = "edge";

interface Running {
  readonly child: ChildProcess;
  readonly s3: S3Client;
}

async function start(directory: string): Promise<Running> {
  const child = spawn(process.execPath, [program, "--directory", directory, "--bucket", Bucket], { stdio: ["pipe", "pipe", "inherit"] });
  const lines: unknown[] = await once(createInterface({ input: child.stdout }), "line");
  // The parse boundary to the program under test.
  const { url, accessKeyId, secretAccessKey } = JSON.parse(String(lines[0])) as { url: string; accessKeyId: string; secretAccessKey: string };
  const s3 = new S3Client({ endpoint: url, region: "auto", forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } });
  return { child, s3 };
}

function clientOf(s3: S3Client): CrashClient {
  const told = async (sent: Promise<unknown>): Promise<Outcome> => {
    try {
      await sent;
      return "ok";
    } catch (error) {
      return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412 ? "refused" : "unknown";
    }
  };
  return {
    put: (Key, Body, { ifMatch, ifNoneMatch }) =>
      told(s3.send(new PutObjectCommand({ Bucket, Key, Body, ...(ifMatch !== undefined && { IfMatch: `"${ifMatch}"` }), ...(ifNoneMatch !== undefined && { IfNoneMatch: ifNoneMatch }) }))),
    delete: (Key) => told(s3.send(new DeleteObjectCommand({ Bucket, Key }))),
    async get(Key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}

describe("bucket: SIGKILL", function () {
  this.timeout(30_000 + rounds * 10_000);

  it("loses no acknowledged write, tears none, and lets exactly one of two racing writers win", async () => {
    const directory = await mkdtemp(join(tmpdir(), "edgemark-bucket-"));
    const history: DurableWrite[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        const { child, s3 } = await start(directory);
        const killAt = 10 + Math.floor(seededRandom(round)() * 90);
        let acknowledged = 0;
        const exited = once(child, "exit");
        const onAcknowledged = (): void => {
          if (++acknowledged === killAt) child.kill("SIGKILL");
        };
        const isOver = (): boolean => acknowledged >= killAt || child.exitCode !== null;
        history.push(...(await runWriters(clientOf(s3), { seed: round, writers: 8, registers: 2, sizesBytes: [100, 3000, 400_000], onAcknowledged, isOver })));
        const exit: unknown[] = await exited;
        const signal = exit[1];
        s3.destroy();

        const bucket = await openBucket({ directory, bucket: Bucket });
        const broken = brokenPromises(history, await recoveredFrom(await bucket.list(""), (key) => bucket.get(key)));
        await bucket.close();

        assert.equal(signal, "SIGKILL");
        assert.deepEqual(broken, []);
      }
      assert.ok(history.some(({ kind, outcome }) => kind === "register" && outcome === "refused"), "no two writers ever raced: the test proved nothing");
      assert.ok(history.some(({ outcome }) => outcome === "unknown"), "no write was ever under way at the kill: the test proved nothing");
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
