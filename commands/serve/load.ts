// Loads a project from disk: configuration, secrets and bundle, checked against each other.
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import { type Bundle, bundleProject } from "./bundle.js";
import { type Migrations, readMigrations } from "./migrations.js";
import { type Project, readProject } from "./project.js";
import { parseProjectText, readProjectText } from "./project-file.js";
import { isRecord } from "./record.js";
import { readSecrets } from "./secrets.js";

export interface LoadOptions {
  readonly environment: string | undefined;
  /** A project without environments of its own is served as it is. */
  readonly isOneOfSeveral: boolean;
  readonly keepsState: boolean;
}

export interface LoadedProject {
  readonly project: Project;
  readonly bundle: Bundle;
  readonly migrations: readonly Migrations[];
  /** Absolute paths of all it is made of. */
  readonly files: readonly string[];
}

/**
 * @param file absolute path of the configuration
 * @throws EdgemarkError usage.input when anything of it is not as it must be
 */
export async function loadProject(file: string, options: LoadOptions): Promise<LoadedProject> {
  const raw = parseProjectText(await readProjectText(file), file);
  const isPlain = options.isOneOfSeveral && !isRecord(raw["env"]);
  const environment = isPlain ? undefined : options.environment;
  const secrets = await readSecrets(file, environment);
  const read = readProject(raw, file, { environment, secrets: secrets.values, keepsState: options.keepsState });
  const project = isPlain && options.environment !== undefined ? { ...read, notes: [...read.notes, `it has no environments, so its top level is served, not ${options.environment}`] } : read;
  const bundle = await bundleProject(project.bundle);
  const missing = project.ownClasses.filter((name) => !bundle.exports.includes(name));
  if (missing.length > 0) {
    throw new EdgemarkError("usage.input", `expected ${project.bundle.main} to export the Durable Object classes of ${file}; ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing (it exports ${bundle.exports.join(", ")}); export ${missing.length === 1 ? "it" : "them"}, or set script_name`);
  }
  const migrations = (await Promise.all(project.migrations.filter(({ folder }) => folder !== "").map(readMigrations))).flatMap((one) => one ?? []);
  const files = [file, ...(secrets.file === undefined ? [] : [secrets.file]), ...migrations.flatMap((one) => one.files.map(({ name }) => join(one.folder, name))), ...bundle.inputs];
  return { project, bundle, migrations, files };
}
