// The bucket in which the nodes keep their leases, objects and logs: one of the user's, or a store of our own that is
// started as a process.
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { EdgemarkError } from "../../contract/errors.js";
import { type Child, startChild } from "../kit/child.js";

export interface Bucket {
  /** s3://bucket/prefix */
  readonly url: string;
  readonly endpoint: string;
  /** Credentials for the nodes, by the environment: arguments and files are read by more eyes. */
  readonly env: Readonly<Record<string, string>>;
  /** For the notes of the target. */
  readonly words: string;
  readonly child?: Child;
}

const startMs = 10_000;

/**
 * Opens the bucket that EDGEMARK_BUCKET names (s3://bucket/prefix, with AWS_ENDPOINT_URL and credentials beside it), else
 * starts a store in a folder.
 * @throws EdgemarkError usage.flag for a malformed variable, harness.internal when the store does not start
 */
export async function openBucket(folder: string): Promise<Bucket> {
  const given = process.env["EDGEMARK_BUCKET"];
  if (given !== undefined && given !== "") {
    const endpoint = process.env["AWS_ENDPOINT_URL"];
    if (!/^s3:\/\/[^/]+/.test(given) || endpoint === undefined) {
      throw new EdgemarkError("usage.flag", `expected EDGEMARK_BUCKET=s3://bucket/prefix and AWS_ENDPOINT_URL; ${JSON.stringify(given)} and ${JSON.stringify(endpoint ?? "nothing")} came; set both`);
    }
    // A prefix of this run's own: nodes refuse what another cluster left.
    return { url: `${given.replace(/\/$/, "")}/${randomBytes(6).toString("hex")}`, endpoint, env: {}, words: `bucket ${given} at ${endpoint}` };
  }
  return startStore(folder);
}

async function startStore(folder: string): Promise<Bucket> {
  const directory = join(folder, "bucket");
  await mkdir(directory, { recursive: true });
  const program = fileURLToPath(new URL("../../reference-impl/bucket/main.js", import.meta.url));
  let announce: (line: string) => void = () => undefined;
  const announced = new Promise<string>((resolve) => (announce = resolve));
  const child = await startChild(process.execPath, [program, "--directory", directory, "--no-fsync"], { onLine: (line) => announce(line) });
  const timer = new AbortController();
  const line = await Promise.race([announced, child.exited.then(() => ""), delay(startMs, "", { signal: timer.signal }).catch(() => "")]);
  timer.abort();
  const facts = factsIn(line);
  if (facts === undefined) {
    await child.stop();
    throw new EdgemarkError("harness.internal", `expected the store to print where it serves; ${JSON.stringify(line.slice(0, 200))} came; it says: ${child.tail()}`);
  }
  return {
    url: `s3://${facts.bucket}/cluster`,
    endpoint: facts.url,
    env: { AWS_ACCESS_KEY_ID: facts.accessKeyId, AWS_SECRET_ACCESS_KEY: facts.secretAccessKey },
    words: "bucket: Edgemark's own store, without fsync",
    child,
  };
}

type StoreFacts = Readonly<Record<"url" | "bucket" | "accessKeyId" | "secretAccessKey", string>>;

function factsIn(line: string): StoreFacts | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { url, bucket, accessKeyId, secretAccessKey }: Partial<Record<keyof StoreFacts, unknown>> = value;
  if (typeof url !== "string" || typeof bucket !== "string" || typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") return undefined;
  return { url, bucket, accessKeyId, secretAccessKey };
}
