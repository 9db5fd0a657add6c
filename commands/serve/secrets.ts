// Secrets for local runs: .dev.vars beside the configuration, or .dev.vars.NAME of an environment instead of it.
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { EdgemarkError, messageOf } from "../../contract/errors.js";

export interface Secrets {
  readonly values: Readonly<Record<string, string>>;
  /** The file they come from; undefined when there is none. */
  readonly file: string | undefined;
}

/**
 * @param projectFile the configuration
 * @throws EdgemarkError usage.input when a file is there and cannot be read
 */
export async function readSecrets(projectFile: string, environment: string | undefined): Promise<Secrets> {
  const usual = join(dirname(projectFile), ".dev.vars");
  for (const file of environment === undefined ? [usual] : [`${usual}.${environment}`, usual]) {
    try {
      const values = Object.entries(parseEnv(await readFile(file, "utf8"))).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
      return { values: Object.fromEntries(values), file };
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") continue;
      throw new EdgemarkError("usage.input", `expected to read the secrets in ${basename(file)}; ${messageOf(cause)}; correct its permissions`, { cause });
    }
  }
  return { values: {}, file: undefined };
}
