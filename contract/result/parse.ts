// Reads a result document from text: the one place where JSON becomes our type. One of an earlier version is migrated; what
// is no document, or one of a later version, is refused with what was expected and what came.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { differencesOf } from "../claims/differences.js";
import { EdgemarkError, messageOf } from "../errors.js";
import { isCutShort } from "./cut-short.js";
import type { ResultDocument } from "./document.js";
import { resultSchema } from "./document.js";
import { currentVersion, migrated, versionOf } from "./migrate.js";

/** Differences that a message lists; a foreign file differs in everything. */
const differencesShown = 8;

let compiled: ValidateFunction<ResultDocument> | undefined;

/** The published JSON Schema of result documents, as data. */
export function resultJsonSchema(): object {
  return JSON.parse(readFileSync(new URL("./schema.json", import.meta.url), "utf8")) as object;
}

/**
 * Parses a result document.
 * @param text the file's content
 * @param name how messages call it
 * @throws EdgemarkError usage.input when it is no JSON, no result document, or one of a later version
 */
export function parseResult(text: string, name: string): ResultDocument {
  const given = parseJson(text, name);
  const schema = typeof given === "object" && given !== null && "schema" in given ? given.schema : undefined;
  const version = versionOf(schema);
  if (version === undefined || version > currentVersion) throw foreign(name, schema);
  const value: unknown = migrated({ ...(given as object) });
  compiled ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false }).compile<ResultDocument>(resultJsonSchema());
  if (compiled(value)) return value;
  const found = differencesOf(compiled.errors ?? [], value).map(({ message }) => message);
  const more = found.length > differencesShown ? `\n  and ${found.length - differencesShown} more` : "";
  throw new EdgemarkError("usage.input", `expected a whole ${resultSchema} document; ${name} differs:\n  ${found.slice(0, differencesShown).join("\n  ")}${more}\nrun the suites again, or take the file as Edgemark wrote it`, { facts: { differences: found.slice(0, 100) } });
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    const what = text.trim() === "" ? "it is empty" : isCutShort(text) ? "it ends in the middle (cut short while it was written or copied?)" : `it is no JSON: ${messageOf(cause).slice(0, 200)}`;
    throw new EdgemarkError("usage.input", `expected a result document; ${name}: ${what}; give the result.json of a run`, { cause });
  }
}

function foreign(name: string, schema: unknown): EdgemarkError {
  if (typeof schema === "string" && /^edgemark\.result\/\d+$/.test(schema)) {
    return new EdgemarkError("usage.input", `expected a document of version ${resultSchema} or earlier; ${name} is ${schema.slice(0, 40)}; use the Edgemark that wrote it, or a later one`);
  }
  const came = schema === undefined ? "has no schema" : `says its schema is ${JSON.stringify(schema)?.slice(0, 80) ?? "unknown"}`;
  return new EdgemarkError("usage.input", `expected a result document ("schema": "${resultSchema}"); ${name} ${came}; give the result.json of a run`);
}
