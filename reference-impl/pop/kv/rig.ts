// Starts PoPs with the KV service and a user's worker on it, for the tests of KV: real workerd processes, one alone
// with its own disk or several in a cluster over one bucket.
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBucket, type Bucket } from "../../bucket/bucket.js";
import { startEngine } from "../engine.fixture.js";

export interface ProbeCall {
  readonly binding?: "KV" | "OTHER";
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What the probe saw: a value or an error's text. */
export interface ProbeAnswer {
  readonly value?: unknown;
  readonly error?: string;
}

/** One PoP of the rig. */
export interface RigPop {
  readonly popId: string;
  readonly url: string;
  readonly pid: number;
  kv(method: string, ...args: readonly unknown[]): Promise<ProbeAnswer>;
  call(call: ProbeCall): Promise<ProbeAnswer>;
  admin(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Stops the process where it stands: it takes what is sent to it and answers nothing. */
  freeze(): void;
  /** Ends the process at once. */
  kill(): Promise<void>;
}

export interface PopSettings {
  readonly popId: string;
  readonly timeScale?: number;
  /** A KV program other than the compiled one: one with a defect. */
  readonly program?: string;
  /** Cap'n Proto text of the cluster, and the service that stands for the bucket. */
  readonly cluster?: string;
  readonly bucketService: string;
}

/** The engine closes a connection that was idle for 5 s: a request that went over one just then would be lost, and fail the test. */
const connectionOfItsOwn = { connection: "close" } as const;

function configuration(settings: PopSettings): string {
  const props = (namespace: string): string => `kvNamespace = (name = "kv", props = (json = "{\\"namespace\\":\\"${namespace}\\"}"))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "probe", worker = (
      modules = [(name = "probe.js", esModule = embed "probe.js")],
      compatibilityDate = "2026-11-01",
      bindings = [(name = "KV", ${props("first")}), (name = "OTHER", ${props("second")})])),
    (name = "kv", worker = (
      modules = [(name = "kv.js", esModule = embed "kv.js")],
      compatibilityDate = "2026-11-01",
      bindings = [
        (name = "SHARDS", durableObjectNamespace = "KvShard"),
        (name = "BUCKET", service = "kv-values"),
        (name = "POP_ID", text = "${settings.popId}"),
        (name = "TIME_SCALE", text = "${settings.timeScale ?? 1}")],
      durableObjectNamespaces = [(className = "KvShard", uniqueKey = "edgemark-kv", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"))),
    (name = "disk", disk = (path = "disk", writable = true)),
    ${settings.bucketService}
  ],
  sockets = [
    (name = "probe", address = "127.0.0.1:0", http = (), service = "probe"),
    (name = "admin", address = "127.0.0.1:0", http = (), service = (name = "kv", entrypoint = "KvAdmin"))
  ]${settings.cluster === undefined ? "" : `,\n  cluster = ${settings.cluster}`}
);
`;
}

/** Starts one PoP. @throws Error with what the process said when it does not come up in ten seconds */
export async function startPop(settings: PopSettings): Promise<RigPop> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-kv-"));
  await mkdir(join(folder, "disk"));
  // Beside the configuration, as `embed` takes no absolute path.
  await copyFile(new URL("./probe.worker.js", import.meta.url), join(folder, "probe.js"));
  if (settings.program === undefined) await copyFile(new URL("./kv.worker.js", import.meta.url), join(folder, "kv.js"));
  else await writeFile(join(folder, "kv.js"), settings.program);
  await writeFile(join(folder, "engine.capnp"), configuration(settings));
  const engine = await startEngine(folder, 2);
  const [url, adminUrl] = [engine.urlOf("probe"), engine.urlOf("admin")];
  const call = async (body: ProbeCall): Promise<ProbeAnswer> =>
    (await (await fetch(url, { method: "POST", headers: connectionOfItsOwn, body: JSON.stringify(body) })).json()) as ProbeAnswer;
  return {
    popId: settings.popId,
    url,
    pid: engine.child.pid ?? 0,
    call,
    kv: (method, ...args) => call({ method, args }),
    async admin(method, path, body) {
      const answer = await fetch(adminUrl + path, { method, headers: connectionOfItsOwn, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: answer.status, body: await answer.json() };
    },
    freeze() {
      engine.child.kill("SIGSTOP");
    },
    async kill() {
      await engine.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface PlainBucket {
  /** Contents by path. */
  readonly files: Map<string, Buffer>;
  /** The service to put into a PoP's configuration. */
  readonly service: string;
  /** While set, the bucket answers every request with this status. */
  failWith: number | null;
  close(): Promise<void>;
}

/** The least that a value store is: PUT, GET and DELETE of whole files. */
export async function startPlainBucket(): Promise<PlainBucket> {
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (bucket.failWith !== null) return response.writeHead(bucket.failWith).end();
      if (request.method === "PUT") {
        files.set(path, Buffer.concat(chunks));
        return response.writeHead(200).end();
      }
      const file = files.get(path);
      if (file === undefined) return response.writeHead(404).end();
      if (request.method === "DELETE") files.delete(path);
      return request.method === "DELETE" ? response.writeHead(204).end() : response.writeHead(200).end(file);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const bucket: PlainBucket = {
    files,
    service: `(name = "kv-values", external = (address = "127.0.0.1:${port}", http = ()))`,
    failWith: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bucket;
}

export interface RigCluster {
  readonly bucket: Bucket;
  readonly pops: readonly RigPop[];
  close(): Promise<void>;
}

/** Starts PoPs that share their objects through the embedded bucket. @param settings one per PoP */
export async function startCluster(settings: readonly Omit<PopSettings, "cluster" | "bucketService">[]): Promise<RigCluster> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-kv-bucket-"));
  const bucket = await openBucket({ directory: folder, bucket: "edge", fsync: false });
  const listener = await bucket.listen();
  const options = [`aws_endpoint=${listener.url}`, "aws_region=auto", `aws_access_key_id=${bucket.credentials.accessKeyId}`, `aws_secret_access_key=${bucket.credentials.secretAccessKey}`];
  const key = randomBytes(32).toString("hex");
  const cluster = `(bucket = "s3://edge/rig", bucketOptions = [${options.map((option) => `"${option}"`).join(", ")}], address = "127.0.0.1:0", key = "${key}")`;
  const close = async (pops: readonly RigPop[]): Promise<void> => {
    await Promise.all(pops.map((pop) => pop.kill()));
    await bucket.close();
    await rm(folder, { recursive: true, force: true });
  };
  const started = await Promise.allSettled(settings.map((each) => startPop({ ...each, cluster, bucketService: '(name = "kv-values", bucket = (path = "kv-values"))' })));
  const pops = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await close(pops);
    throw failed.reason;
  }
  return { bucket, pops, close: () => close(pops) };
}
