// A deployment as the reference edge keeps it, in words of its own: the control server translates the contract's.

export type ModuleKind = "esm" | "commonjs" | "text" | "data" | "json" | "wasm";

export interface DeployedModule {
  readonly path: string;
  readonly kind: ModuleKind;
  readonly content: Uint8Array;
}

export type DeployedBinding =
  | { readonly kind: "kv"; readonly name: string; readonly namespace: string }
  | { readonly kind: "d1"; readonly name: string; readonly database: string }
  | { readonly kind: "durable_object"; readonly name: string; readonly className: string; readonly sqlite: boolean; readonly script?: string }
  | { readonly kind: "service"; readonly name: string; readonly service: string; readonly entrypoint?: string }
  | { readonly kind: "text" | "json"; readonly name: string; readonly value: string };

export interface DeployedWorker {
  /** Lower case letters, digits and dashes. */
  readonly name: string;
  /** Counts up with every deploy of the name. */
  readonly version: number;
  readonly mainModule: string;
  readonly modules: readonly DeployedModule[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly DeployedBinding[];
  readonly crons: readonly string[];
}

/** The host a deployment answers at; *.localhost resolves to loopback in browsers without any set-up. */
export function hostOf(name: string): string {
  return `${name}.edge.localhost`;
}

/** The deployment a Host header names. With a single deployment every host is its own, so that plain curl works. */
export function workerOfHost(host: string, names: readonly string[]): string | undefined {
  const plain = host.replace(/:\d+$/, "").toLowerCase();
  const named = plain.endsWith(".edge.localhost") ? plain.slice(0, -".edge.localhost".length) : undefined;
  if (named !== undefined && names.includes(named)) return named;
  return names.length === 1 && named === undefined ? names[0] : undefined;
}
