// The same run on Kubernetes: a TestRun for the k6-operator, the ConfigMap it reads, and the archive in it. Both manifests
// are JSON, which kubectl takes as it takes YAML.
import { Ajv } from "ajv";
import { EdgemarkError } from "../../contract/errors.js";
import type { Endpoint } from "../../contract/target/types.js";
import { testRunSchema } from "./operator-schema.js";

export interface OperatorSettings {
  /** Lower case letters, digits and dashes. */
  readonly name: string;
  readonly namespace: string;
  /** Pods, each with its segment; the operator writes the segments itself. */
  readonly parallelism: number;
  readonly endpoints: readonly Endpoint[];
  /** `grafana/k6:x.y.z`. */
  readonly image: string;
  /** What `k6 archive` made. */
  readonly archive: Uint8Array;
}

export interface OperatorManifests {
  readonly testRun: Readonly<Record<string, unknown>>;
  readonly configMap: Readonly<Record<string, unknown>>;
}

/** A ConfigMap holds at most 1 MiB, and base64 makes four bytes of three. */
const mostArchiveBytes = 700_000;
const archiveName = "archive.tar";

/** @throws EdgemarkError usage.input when the archive is too large, harness.internal when a manifest breaks the schema */
export function manifestsOf({ name, namespace, parallelism, endpoints, image, archive }: OperatorSettings): OperatorManifests {
  if (archive.length > mostArchiveBytes) throw new EdgemarkError("usage.input", `an archive of at most ${mostArchiveBytes} bytes expected, which fits a ConfigMap; it has ${archive.length}; run fewer scenarios`);
  const metadata = { name, namespace };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, binaryData: { [archiveName]: Buffer.from(archive).toString("base64") } };
  const testRun = {
    apiVersion: "k6.io/v1alpha1",
    kind: "TestRun",
    metadata,
    spec: {
      parallelism,
      script: { configMap: { name, file: archiveName } },
      // Each pod writes its samples to its log, from which they are merged: k6 itself never adds pods up.
      arguments: "--quiet --no-color --summary-mode=disabled --out json=-",
      separate: parallelism > 1,
      cleanup: undefined,
      runner: { image, env: [{ name: "EDGEMARK_ENDPOINTS", value: JSON.stringify(endpoints) }, { name: "K6_NO_USAGE_REPORT", value: "true" }] },
    },
  };
  const plain = JSON.parse(JSON.stringify(testRun)) as Record<string, unknown>;
  const problems = problemsOf(plain);
  if (problems.length > 0) throw new EdgemarkError("harness.internal", `a TestRun that the operator takes expected; ${problems.join("; ")}; report this`);
  return { testRun: plain, configMap };
}

let compiled: ReturnType<Ajv["compile"]> | undefined;

/** What the operator's schema says against a TestRun; nothing when it holds. */
export function problemsOf(testRun: unknown): readonly string[] {
  compiled ??= new Ajv({ allErrors: true, strict: false }).compile(testRunSchema);
  if (compiled(testRun)) return [];
  return (compiled.errors ?? []).map(({ instancePath, message, params }) => `${instancePath === "" ? "it" : instancePath} ${message ?? ""} ${JSON.stringify(params)}`);
}
