// The configuration of one workerd process: text in Cap'n Proto's notation, with module contents in files beside it.
// All processes of an edge get the same services, as cluster mode demands; only addresses and identity differ.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { quote } from "./capnp.js";
import type { DeployedWorker } from "./deployment.js";
import { ownServices } from "./own-services.js";
import { serviceName, userService } from "./user-service.js";

export type ProgramName = "kv" | "d1" | "cache" | "admin" | "loader" | "objects";

export interface EngineSettings {
  readonly popId: string;
  /** Location hint of the PoP's region. */
  readonly region: string;
  /** Rules for how late replicas of D1 are, as pop/d1/lag.ts reads them. */
  readonly d1Lag: string;
  readonly workers: readonly DeployedWorker[];
  /** Folder of the workers that are loaded on demand; undefined: none is. */
  readonly onDemandFolder?: string;
  readonly cluster: ClusterSettings;
  /** Header in which the ingress hands over request.cf. */
  readonly cfBlobHeader: string;
  /** Platform timers run this many times faster. */
  readonly timeScale: number;
  readonly clockOffsetMs: number;
  /** The wall time at which the scaled clock began, the same at every PoP. */
  readonly clockBaseMs: number;
  /** The edge's own programs, compiled: text by name. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** A secret that requests on the admin socket carry. */
  readonly adminToken: string;
}

export interface ClusterSettings {
  /** s3://bucket/prefix */
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The process's own address in 127/8, by which its lease is known. */
  readonly address: string;
  /** At least 32 random bytes, shared by the cluster. */
  readonly key: string;
  /** Divides the lease of 20 s and what hangs on it, for tests. Default 1. */
  readonly leaseDivisor?: number;
}

/** A stopping process hands its objects over and ends in this time. */
export const stopTimeoutMs = 2000;

/** Name of the socket that serves a deployment. */
export function socketName(worker: string): string {
  return `worker-${worker}`;
}
export const adminSocket = "admin";
/** Serves all workers that are loaded on demand. */
export const loaderSocket = "loader";

/**
 * Writes the configuration and its modules.
 * @param folder an empty folder of this process
 * @returns path of the configuration file
 */
export async function writeEngineConfig(folder: string, settings: EngineSettings): Promise<string> {
  const files = new Map<string, Uint8Array | string>();
  const text = engineConfig(settings, join(folder, "disk"), (path, content) => files.set(path, content));
  await mkdir(join(folder, "disk"), { recursive: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const config = join(folder, "engine.capnp");
  // The configuration holds the cluster's key and the bucket's credentials.
  await writeFile(config, text, { mode: 0o600 });
  return config;
}

function engineConfig(settings: EngineSettings, disk: string, file: (path: string, content: Uint8Array | string) => void): string {
  const { workers, cluster } = settings;
  for (const [name, program] of Object.entries(settings.programs)) file(`programs/${name}.js`, program);
  const services = [
    ...ownServices(settings),
    `(name = "disk", disk = (path = ${quote(disk)}, writable = true))`,
    `(name = "kv-values", bucket = (path = "kv-values"))`,
    // A worker on a laptop may call what runs on the laptop, as other local runtimes allow.
    `(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))`,
    ...workers.map((worker, index) => userService(worker, index, workers, file)),
  ];
  const http = `http = (cfBlobHeader = ${quote(settings.cfBlobHeader)})`;
  const sockets = [
    `(name = "${adminSocket}", address = "127.0.0.1:0", http = (), service = "admin")`,
    ...(settings.onDemandFolder === undefined ? [] : [`(name = "${loaderSocket}", address = "127.0.0.1:0", ${http}, service = "loader")`]),
    ...workers.map((worker) => `(name = ${quote(socketName(worker.name))}, address = "127.0.0.1:0", ${http}, service = ${quote(serviceName(worker.name))})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  logging = (structuredLogging = true),
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [
    ${sockets.join(",\n    ")}
  ],
  cluster = (
    bucket = ${quote(cluster.bucket)},
    bucketOptions = [${[
      `aws_endpoint=${cluster.endpoint}`,
      `aws_region=${cluster.region}`,
      `aws_access_key_id=${cluster.accessKeyId}`,
      `aws_secret_access_key=${cluster.secretAccessKey}`,
    ]
      .map(quote)
      .join(", ")}],
    address = ${quote(`${cluster.address}:0`)},
    key = ${quote(cluster.key)},
    stopTimeoutMs = ${stopTimeoutMs},
    unsafeTimeDivisor = ${cluster.leaseDivisor ?? 1}
  )
);
`;
}
