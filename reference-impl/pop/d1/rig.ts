// Starts one process with the D1 service for its tests: its own disk, no cluster, the wire of the binding and the
// control entrypoint on loopback sockets. Primary and replica are two objects of the same process.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../engine.fixture.js";
import { bookmarkHeader, type SentQuery } from "./wire.js";

/** What the wire answers to one call. */
export interface WireAnswer {
  /** The error's text, undefined when all went well. */
  readonly error: string | undefined;
  readonly results: readonly WireResult[];
  /** "" when there is none. */
  readonly bookmark: string;
}

export interface WireResult {
  readonly results: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] };
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface D1Rig {
  /** One call, as the binding sends it. @param token a constraint or bookmark, "" for none */
  call(queries: readonly (SentQuery | string)[], token?: string): Promise<WireAnswer>;
  /** One query that must succeed. @returns its rows */
  rows(sql: string, ...params: readonly (string | number | null)[]): Promise<readonly (readonly unknown[])[]>;
  admin(path: string, body?: unknown): Promise<unknown>;
  /** Ends the process, keeps its disk and starts another one on it. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The engine closes a connection that was idle for 5 s: a request that went over one just then would be lost. */
const headers = { connection: "close" } as const;

const configuration = (lag: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "d1", worker = (
      modules = [(name = "d1.js", esModule = embed "d1.js")],
      compatibilityDate = "2026-11-01",
      bindings = [
        (name = "PRIMARY", durableObjectNamespace = "D1Primary"),
        (name = "REPLICA", durableObjectNamespace = "D1Replica"),
        (name = "POP_ID", text = "fra"),
        (name = "REGION", text = "weur"),
        (name = "LAG", text = "${lag}")],
      durableObjectNamespaces = [(className = "D1Primary", uniqueKey = "d1", enableSql = true), (className = "D1Replica", uniqueKey = "d1-replica", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"))),
    (name = "disk", disk = (path = "disk", writable = true))
  ],
  sockets = [
    (name = "wire", address = "127.0.0.1:0", http = (), service = (name = "d1", props = (json = "{\\"database\\":\\"rig\\"}"))),
    (name = "admin", address = "127.0.0.1:0", http = (), service = (name = "d1", entrypoint = "D1Admin"))
  ]
);
`;

/** @param lag rules of lag.ts @throws Error with what the process said when it does not come up in ten seconds */
export async function startD1Rig(lag = ""): Promise<D1Rig> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-d1-"));
  await mkdir(join(folder, "disk"));
  await copyFile(new URL("./d1.worker.js", import.meta.url), join(folder, "d1.js"));
  await writeFile(join(folder, "engine.capnp"), configuration(lag));
  let running = await start(folder);
  const rig: D1Rig = {
    async call(queries, token = "") {
      const body = JSON.stringify(queries.map((query) => (typeof query === "string" ? { sql: query, params: [] } : query)));
      const answer = await fetch(`${running.wireUrl}/query?resultsFormat=ROWS_AND_COLUMNS`, { method: "POST", headers: { ...headers, ...(token === "" ? {} : { [bookmarkHeader]: token }) }, body });
      const parsed = (await answer.json()) as readonly WireResult[] | { readonly error: string };
      return { error: "error" in parsed ? parsed.error : undefined, results: "error" in parsed ? [] : parsed, bookmark: answer.headers.get(bookmarkHeader) ?? "" };
    },
    async rows(sql, ...params) {
      const { error, results } = await rig.call([{ sql, params }]);
      if (error !== undefined) throw new Error(`${sql} was refused: ${error}`);
      return results[0]?.results.rows ?? [];
    },
    async admin(path, body = {}) {
      const answer = await fetch(running.adminUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
      return answer.json();
    },
    async restart() {
      await running.kill();
      running = await start(folder);
    },
    async close() {
      await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

interface Running {
  readonly wireUrl: string;
  readonly adminUrl: string;
  kill(): Promise<void>;
}

async function start(folder: string): Promise<Running> {
  const engine = await startEngine(folder, 2);
  return { wireUrl: engine.urlOf("wire"), adminUrl: engine.urlOf("admin"), kill: () => engine.kill() };
}
