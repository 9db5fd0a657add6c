// Turns what the schema validator found into sentences a person can act on: what was expected, what came.
import type { ErrorObject } from "ajv";
import { didYouMean, nearestName } from "../errors.js";

/** One thing that is wrong, and where: the keys from the validated value down. */
export interface Difference {
  readonly at: readonly string[];
  readonly message: string;
}

/**
 * @param errors of one validation, all of them
 * @param schemaKeys the keys allowed at a place, for "did you mean"
 * @param root what was validated, to show what came
 */
export function differencesOf(errors: readonly ErrorObject[], root: unknown): Difference[] {
  const differences = errors.flatMap((error) => {
    // The key's own complaint follows as an error of its own.
    if (error.keyword === "if" || error.keyword === "oneOf") return [];
    const at = error.instancePath.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    return [{ at: placeOf(error, at), message: sentenceOf(error, at, valueAt(root, at)) }];
  });
  return differences.filter((one, index) => differences.findIndex((other) => other.message === one.message) === index);
}

function placeOf(error: ErrorObject, at: readonly string[]): readonly string[] {
  const extra = textOf(error.params["additionalProperty"]);
  return extra === undefined ? at : [...at, extra];
}

function sentenceOf(error: ErrorObject, at: readonly string[], value: unknown): string {
  const name = at.length === 0 ? "it" : at.join(".");
  const { params } = error;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = textOf(params["additionalProperty"]) ?? "";
      const known = Object.keys(isRecord(error.parentSchema) && isRecord(error.parentSchema["properties"]) ? error.parentSchema["properties"] : {});
      return `unknown key ${[...at, key].join(".")}; ${didYouMean(key, known, `expected one of ${known.join(", ")}`)}`;
    }
    case "required":
      return `expected the key ${[...at, textOf(params["missingProperty"]) ?? ""].join(".")}; it is missing`;
    case "enum": {
      const allowed: readonly unknown[] = Array.isArray(params["allowedValues"]) ? params["allowedValues"] : [];
      const near = typeof value === "string" ? nearestName(value, allowed.map(String)) : undefined;
      return `expected ${name} to be one of ${allowed.join(", ")}; it is ${show(value)}${near === undefined ? "" : ` (did you mean ${near}?)`}`;
    }
    case "type":
      return `expected ${name} to be ${[params["type"]].flat().join(" or ")}; it is ${show(value)}`;
    case "minProperties":
    case "maxProperties":
      return at.at(-1) === "holds" ? `expected holds to have exactly one comparator; it has ${show(value)}` : `expected ${name} ${error.message ?? ""}; it is ${show(value)}`;
    default:
      return `expected ${name} ${(error.message ?? "").replace(/^must /, "to ")}; it is ${show(value)}`;
  }
}

function valueAt(root: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>((value, key) => (typeof value === "object" && value !== null && Object.hasOwn(value, key) ? new Map(Object.entries(value)).get(key) : undefined), root);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A value as a message shows it, cut. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
