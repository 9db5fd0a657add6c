// Reads the known failures of a target. The list is a debt that is written down: each entry says what is observed and
// why, so that a reader can judge it and a change of either is noticed.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { EdgemarkError, messageOf, nearestName } from "../contract/errors.js";
import type { KnownFailure } from "../contract/target/known.js";

const fields = ["check", "kind", "version", "observed", "reason"] as const;

/**
 * The known failures of a target that ships, by the name it describes itself with.
 * @returns an empty list for a target without a file
 * @throws EdgemarkError usage.known when the file is not valid
 */
export async function knownFailuresOf(targetName: string): Promise<readonly KnownFailure[]> {
  // The name is a stranger's word: it must not choose a file outside the folder.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(targetName)) return [];
  const file = fileURLToPath(new URL(`./known/${targetName}.yaml`, import.meta.url));
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new EdgemarkError("usage.known", `expected to read ${file}; ${messageOf(error)}; make it readable`, { cause: error });
  });
  return text === undefined ? [] : parseKnownFailures(text, file);
}

/**
 * @param text YAML: a list of entries {check, kind?, version?, observed?, reason}
 * @param file its name, for messages
 * @throws EdgemarkError usage.known with everything that is wrong
 */
export function parseKnownFailures(text: string, file: string): readonly KnownFailure[] {
  const problems: string[] = [];
  const entries = listIn(text, file).map((raw, index) => entryOf(raw, `entry ${index + 1}`, problems));
  const seen = new Set<string>();
  for (const { check } of entries) {
    if (check !== "" && seen.has(check)) problems.push(`${check}: expected one entry; a second came`);
    seen.add(check);
  }
  if (problems.length > 0) throw new EdgemarkError("usage.known", `expected known failures in ${file}; this is wrong:\n${problems.map((line) => `  - ${line}`).join("\n")}\ncorrect the file`);
  return entries;
}

function listIn(text: string, file: string): readonly unknown[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new EdgemarkError("usage.known", `expected YAML in ${file}; ${messageOf(error)}; correct it`, { cause: error });
  }
  // A file with comments only is a list that is still empty.
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new EdgemarkError("usage.known", `expected a list of entries in ${file}; ${typeof value} came; begin each entry with "- check:"`);
  return value;
}

function entryOf(raw: unknown, place: string, problems: string[]): KnownFailure {
  const entry: Readonly<Record<string, unknown>> = typeof raw === "object" && raw !== null && !Array.isArray(raw) ? { ...raw } : {};
  const text = (name: (typeof fields)[number], otherwise?: string): string => {
    const value = entry[name] ?? otherwise;
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    problems.push(`${place}, ${name}: expected text; ${value === undefined ? "nothing" : JSON.stringify(value)} came`);
    return "";
  };
  for (const name of Object.keys(entry).filter((one) => !fields.some((field) => field === one))) {
    const nearest = nearestName(name, fields);
    problems.push(`${place}, ${name}: expected one of ${fields.join(", ")}${nearest === undefined ? "" : ` (did you mean ${nearest}?)`}`);
  }
  const kind = text("kind", "failing");
  if (kind !== "failing" && kind !== "flaky") problems.push(`${place}, kind: expected failing or flaky; ${JSON.stringify(kind)} came`);
  return {
    check: text("check"),
    kind: kind === "flaky" ? "flaky" : "failing",
    version: text("version", "*"),
    // What a flaky check shows differs from run to run, so nothing is expected of it.
    observed: text("observed", kind === "flaky" ? "*" : undefined),
    reason: text("reason"),
  };
}
