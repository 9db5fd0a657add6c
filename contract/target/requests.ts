// Turns our own types into the messages of target.proto and back: the client encodes what a server decodes.
// A server trusts nothing: names and paths that reach a file system or a configuration are checked here, for every adapter.
import { EdgemarkError } from "../errors.js";
import { Fields } from "./fields.js";
import { chunkBytes, workerBytes } from "./service.js";
import { type Binding, type BoundDatabase, type DeploySpec, type FaultSpec, type ModuleKind, type WorkerModule, faultKinds } from "./types.js";

/** The most modules of one worker. */
const mostModules = 10_000;
const moduleKinds: readonly ModuleKind[] = ["esm", "commonjs", "text", "data", "json", "wasm"];
const nameRule = { max: 63, required: true, pattern: { test: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, means: "1 to 63 lower case letters, digits and dashes" } };
const pathRule = {
  max: 300,
  required: true,
  pattern: { test: /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\\s"'`\u0000-\u001f][^\\"'`\u0000-\u001f]*$/u, means: "a relative path with forward slashes, without quotes, . or .. segments" },
};
const identifierRule = { max: 100, required: true, pattern: { test: /^[A-Za-z_$][A-Za-z0-9_$]*$/, means: "a JavaScript identifier" } };
const tokenRule = { max: 256, required: true, pattern: { test: /^[\x21-\x7e]+$/, means: "1 to 256 printable characters without spaces" } };

interface WireModule {
  readonly path: string;
  readonly kind: ModuleKind;
  readonly sizeBytes: number;
}

/** The messages of one Deploy: the manifest, then the modules in its order in chunks of at most 256 KiB. */
export function* encodeDeploy(spec: DeploySpec): Generator<Record<string, unknown>> {
  yield {
    manifest: {
      name: spec.name,
      mainModule: spec.mainModule,
      modules: spec.modules.map(({ path, kind, content }) => ({ path, kind, sizeBytes: content.byteLength })),
      compatibilityDate: spec.compatibilityDate,
      compatibilityFlags: spec.compatibilityFlags,
      bindings: spec.bindings.map(encodeBinding),
      crons: spec.crons,
    },
  };
  for (const { path, content } of spec.modules) {
    for (let from = 0; from < content.byteLength; from += chunkBytes) {
      yield { chunk: { path, content: content.subarray(from, from + chunkBytes) } };
    }
  }
}

function encodeBinding(binding: Binding): Record<string, unknown> {
  const { name, kind } = binding;
  switch (binding.kind) {
    case "kv":
      return { name, kind, resource: binding.namespace };
    case "d1":
      return { name, kind, resource: binding.database };
    case "r2":
      return { name, kind, resource: binding.bucket };
    case "queue":
      return { name, kind, resource: binding.queue };
    case "service":
      return { name, kind, resource: binding.service, entrypoint: binding.entrypoint ?? "" };
    case "durable_object":
      return { name, kind, className: binding.className, sqlite: binding.sqlite, script: binding.script ?? "" };
    case "text":
    case "secret":
    case "json":
      return { name, kind, value: binding.value };
    default:
      return unreachable(binding);
  }
}

/** Collects the messages of one Deploy on the server's side. */
export class DeployAssembly {
  #manifest: Omit<DeploySpec, "modules"> | undefined;
  #modules: readonly WireModule[] = [];
  readonly #contents = new Map<string, Uint8Array[]>();
  #receivedBytes = 0;

  /** @throws EdgemarkError usage.input when the message cannot belong to an honest deploy */
  add(raw: unknown): void {
    const fields = new Fields(raw, "");
    if (fields.has("manifest")) {
      if (this.#manifest !== undefined) throw refused(["manifest: expected one; a second came"]);
      this.#readManifest(fields.message("manifest"));
      return;
    }
    const chunk = fields.message("chunk");
    const path = chunk.text("path", pathRule);
    const content = chunk.bytes("content");
    orRefuse(fields);
    const pieces = this.#contents.get(path);
    if (pieces === undefined) throw refused([`chunk: expected a module of the manifest; ${JSON.stringify(path)} came`]);
    this.#receivedBytes += content.byteLength;
    if (this.#receivedBytes > workerBytes) throw refused([`expected at most ${workerBytes} bytes of modules; more came`]);
    pieces.push(content);
  }

  /** @throws EdgemarkError usage.input when something is missing */
  finish(): DeploySpec {
    if (this.#manifest === undefined) throw refused(["expected a manifest as the first message; none came"]);
    const differences: string[] = [];
    const modules = this.#modules.map(({ path, kind, sizeBytes }): WorkerModule => {
      const content = Buffer.concat(this.#contents.get(path) ?? []);
      if (content.byteLength !== sizeBytes) differences.push(`${path}: expected ${sizeBytes} bytes; ${content.byteLength} came`);
      return { path, kind, content };
    });
    if (differences.length > 0) throw refused(differences);
    return { ...this.#manifest, modules };
  }

  #readManifest(fields: Fields): void {
    const modules = fields.messages("modules", mostModules).map((module): WireModule => ({
      path: module.text("path", pathRule),
      kind: oneOf(module, "kind", moduleKinds) ?? "esm",
      sizeBytes: module.number("sizeBytes", { least: 0, most: workerBytes, means: `0 to ${workerBytes} bytes` }),
    }));
    const mainModule = fields.text("mainModule", pathRule);
    const manifest = {
      name: fields.text("name", nameRule),
      mainModule,
      compatibilityDate: fields.text("compatibilityDate", { max: 10, pattern: { test: /^\d{4}-\d{2}-\d{2}$/, means: "a date YYYY-MM-DD, or nothing" } }),
      compatibilityFlags: fields.texts("compatibilityFlags", { max: 100, most: 200, required: true, pattern: { test: /^[a-z0-9_-]+$/, means: "a compatibility flag" } }),
      bindings: fields.messages("bindings", 1_000).flatMap(decodeBinding),
      crons: fields.texts("crons", { max: 100, most: 100, required: true }),
    };
    if (!modules.some((module) => module.path === mainModule)) fields.differs("mainModule", "one of the modules", mainModule);
    for (const module of modules) {
      if (this.#contents.has(module.path)) fields.differs("modules", "every path once", `${module.path} twice`);
      this.#contents.set(module.path, []);
    }
    const names = manifest.bindings.map((binding) => binding.name);
    if (new Set(names).size !== names.length) fields.differs("bindings", "every name once", "a repeated name");
    orRefuse(fields);
    this.#manifest = manifest;
    this.#modules = modules;
  }
}

function decodeBinding(fields: Fields): Binding[] {
  const name = fields.text("name", identifierRule);
  const kind = oneOf(fields, "kind", ["kv", "d1", "r2", "queue", "service", "durable_object", "text", "secret", "json"] as const);
  switch (kind) {
    case "kv":
      return [{ kind, name, namespace: fields.text("resource", tokenRule) }];
    case "d1":
      return [{ kind, name, database: fields.text("resource", tokenRule) }];
    case "r2":
      return [{ kind, name, bucket: fields.text("resource", tokenRule) }];
    case "queue":
      return [{ kind, name, queue: fields.text("resource", tokenRule) }];
    case "service": {
      const entrypoint = fields.text("entrypoint", { ...identifierRule, required: false });
      return [{ kind, name, service: fields.text("resource", nameRule), ...(entrypoint === "" ? {} : { entrypoint }) }];
    }
    case "durable_object": {
      const script = fields.text("script", { ...nameRule, required: false });
      return [{ kind, name, className: fields.text("className", identifierRule), sqlite: fields.flag("sqlite"), ...(script === "" ? {} : { script }) }];
    }
    case "text":
    case "secret":
    case "json": {
      const value = fields.text("value", { max: 1_000_000, pattern: { test: /^/, means: "text of at most 1000000 characters" } });
      if (kind === "json" && !isJson(value)) fields.differs("value", "JSON", value);
      return [{ kind, name, value }];
    }
    case undefined:
      return [];
    default:
      return unreachable(kind);
  }
}

/** @throws EdgemarkError usage.input */
export function decodeFault(raw: unknown): FaultSpec {
  const fields = new Fields(raw, "");
  const kind = oneOf(fields, "kind", faultKinds);
  const popId = fields.text("popId", tokenRule);
  const scope = fields.text("scope", { max: 1_000 });
  const parameters = fields.numbers("parameters", { most: 100, least: -1e15 });
  orRefuse(fields);
  return { kind: kind ?? "kill", popId, ...(scope === "" ? {} : { scope }), ...(Object.keys(parameters).length === 0 ? {} : { parameters }) };
}

/** Texts of a request that name something. @throws EdgemarkError usage.input with all that are blank or strange */
export function decodeNames<const N extends string>(raw: unknown, names: readonly N[], optional: readonly N[] = []): Record<N, string> {
  const fields = new Fields(raw, "");
  const read = names.map((name) => [name, fields.text(name, { ...tokenRule, required: !optional.includes(name) })] as const);
  orRefuse(fields);
  return Object.fromEntries(read) as Record<N, string>;
}

/** @throws EdgemarkError usage.input */
export function decodeCron(raw: unknown): { deploymentId: string; cron: string; scheduledTimeMs: number; popId?: string } {
  const { deploymentId, popId } = decodeNames(raw, ["deploymentId", "popId"], ["popId"]);
  const fields = new Fields(raw, "");
  const cron = fields.text("cron", { max: 100, required: true });
  const scheduledTimeMs = fields.number("scheduledTimeMs", { least: 0, most: 8.64e15, means: "a time in ms since 1970" });
  orRefuse(fields);
  return { deploymentId, cron, scheduledTimeMs, ...(popId === "" ? {} : { popId }) };
}

/** @returns a database and a moment, ms since 1970, undefined for now @throws EdgemarkError usage.input */
export function decodeMoment(raw: unknown): { readonly database: BoundDatabase; readonly atMs: number | undefined } {
  const fields = new Fields(raw, "");
  const database = { deploymentId: fields.text("deploymentId", tokenRule), binding: fields.text("binding", identifierRule) };
  const atMs = fields.number("atMs", { least: 0, most: 8.64e15, means: "a time in ms since 1970, 0 for none" });
  orRefuse(fields);
  return { database, atMs: atMs === 0 ? undefined : atMs };
}

/** @returns a database and where it goes back to: a bookmark, or ms since 1970 @throws EdgemarkError usage.input */
export function decodeRestore(raw: unknown): { readonly database: BoundDatabase; readonly to: string | number } {
  const { database, atMs } = decodeMoment(raw);
  const fields = new Fields(raw, "");
  // Any text: what is no bookmark is the platform's to refuse, in its own words.
  const bookmark = fields.text("bookmark", { max: 1_000 });
  if (bookmark === "" && atMs === undefined) fields.differs("bookmark", "a bookmark or a moment", "neither");
  if (bookmark !== "" && atMs !== undefined) fields.differs("bookmark", "a bookmark or a moment", "both");
  orRefuse(fields);
  return { database, to: atMs ?? bookmark };
}

/** @returns ms to advance by @throws EdgemarkError usage.input */
export function decodeAdvance(raw: unknown): number {
  const fields = new Fields(raw, "");
  const advanceMs = fields.number("advanceMs", { least: 0, most: 8.64e15, means: "ms to advance by, 0 or more" });
  orRefuse(fields);
  return advanceMs;
}

function oneOf<const T extends string>(fields: Fields, name: string, allowed: readonly T[]): T | undefined {
  const came = fields.text(name, { max: 80 });
  const found = allowed.find((one) => one === came);
  if (found === undefined) fields.differs(name, `one of ${allowed.join(", ")}`, came);
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function orRefuse(fields: Fields): void {
  if (fields.differences.length > 0) throw refused(fields.differences);
}

function refused(differences: readonly string[]): EdgemarkError {
  return new EdgemarkError("usage.input", `expected a request that keeps the contract; this differs: ${differences.slice(0, 20).join("; ")}; correct the request`);
}

function unreachable(value: never): never {
  throw new EdgemarkError("harness.internal", `expected no other kind; ${JSON.stringify(value)} came`);
}
