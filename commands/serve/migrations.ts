// Migrations of D1 databases: numbered SQL files of a project, each applied once and as a whole, in the order of their names. A
// small worker of our own applies them through its binding, as the project's own worker would.
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Endpoint, TargetVerbs } from "../../contract/target/types.js";
import { statementsOf, tokensOf } from "../../reference-impl/pop/d1/tokens.js";

/** What a configuration says of a database's migrations. */
export interface MigrationSettings {
  readonly binding: string;
  readonly database: string;
  /** Absolute. */
  readonly folder: string;
  /** The configuration names the folder, so it must be there. */
  readonly isNamed: boolean;
  /** The table that remembers what was applied. */
  readonly table: string;
}

export interface Migrations extends MigrationSettings {
  readonly files: readonly { readonly name: string; readonly statements: readonly string[] }[];
}

interface Applied {
  readonly applied: readonly string[];
  /** The one that failed, and why. */
  readonly failed?: { readonly name: string; readonly error: string };
}

const program = `export default {
  async fetch(request, env) {
    const { table, files } = await request.json();
    const name = '"' + table.replaceAll('"', '""') + '"';
    const [, known] = await env.DB.batch([
      env.DB.prepare("CREATE TABLE IF NOT EXISTS " + name + " (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)"),
      env.DB.prepare("SELECT name FROM " + name),
    ]);
    const before = new Set(known.results.map((row) => row.name));
    const applied = [];
    for (const file of files) {
      if (before.has(file.name)) continue;
      try {
        await env.DB.batch([...file.statements.map((sql) => env.DB.prepare(sql)), env.DB.prepare("INSERT INTO " + name + " (name) VALUES (?)").bind(file.name)]);
      } catch (error) {
        return Response.json({ applied, failed: { name: file.name, error: error.message } });
      }
      applied.push(file.name);
    }
    return Response.json({ applied });
  },
};
`;

/**
 * Reads the SQL files of a database.
 * @returns undefined when there are none
 * @throws EdgemarkError usage.input when a folder that the configuration names is not there
 */
export async function readMigrations(settings: MigrationSettings): Promise<Migrations | undefined> {
  const found = await readdir(settings.folder).catch((cause: unknown) => {
    if (!settings.isNamed) return [];
    throw new EdgemarkError("usage.input", `expected the migrations of ${settings.binding} in ${settings.folder}; it cannot be read (${messageOf(cause)}); correct migrations_dir`, { cause });
  });
  const names = found.filter((name) => name.endsWith(".sql")).sort();
  if (names.length === 0) return undefined;
  const files = await Promise.all(names.map(async (name) => ({ name, statements: split(await readFile(join(settings.folder, name), "utf8")) })));
  return { ...settings, files };
}

/** The statements of a file, each as it is written there. */
export function split(sql: string): readonly string[] {
  return statementsOf(tokensOf(sql)).map((tokens) => sql.slice(tokens[0]?.start, tokens.at(-1)?.end));
}

/**
 * Applies what was not applied yet.
 * @returns the names of the files that were applied now
 * @throws EdgemarkError usage.input when one is refused: those before it stay, it leaves nothing
 */
export async function applyMigrations(verbs: TargetVerbs, { binding, database, table, files }: Migrations): Promise<readonly string[]> {
  const deployment = await verbs.deploy({
    name: "edgemark-migrations",
    mainModule: "main.js",
    modules: [{ path: "main.js", kind: "esm", content: new TextEncoder().encode(program) }],
    compatibilityDate: "2026-11-01",
    compatibilityFlags: [],
    bindings: [{ kind: "d1", name: "DB", database }],
    crons: [],
  });
  try {
    const endpoint = deployment.endpoints[0];
    if (endpoint === undefined) throw new EdgemarkError("target.contract", "an endpoint of the deployment expected; there is none; look at the target");
    const { applied, failed } = await posted(endpoint, JSON.stringify({ table, files }));
    if (failed !== undefined) throw new EdgemarkError("usage.input", `expected the migration ${failed.name} of ${binding} to apply; ${failed.error}; it changed nothing${applied.length > 0 ? ` (applied before it: ${applied.join(", ")})` : ""}; correct it`);
    return applied;
  } finally {
    await verbs.undeploy(deployment.deploymentId);
  }
}

function posted(endpoint: Endpoint, body: string): Promise<Applied> {
  return new Promise((resolve, reject) => {
    const sent = request(endpoint.url, { method: "POST", headers: { host: endpoint.host, "content-type": "application/json", connection: "close" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(text) as Applied);
        else reject(new EdgemarkError("target.contract", `migrations to be applied expected; the edge answered ${answer.statusCode ?? 0}: ${text.slice(0, 200)}; look at its log`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
