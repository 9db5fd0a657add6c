// Chooses an environment of a project's configuration by wrangler's rules: settings are inherited, bindings and vars are
// not. Pure: a table in, a table and notes out.
import { nearestName } from "../../contract/errors.js";
import { advice, configurationKeys } from "./keys.js";
import { isRecord, type RawRecord } from "./record.js";

export interface ChosenEnvironment {
  /** What is in force, without the key env. */
  readonly settings: RawRecord;
  /** Lines for the person: what is ignored, and what was not inherited. */
  readonly notes: readonly string[];
}

/**
 * @param raw the parsed file
 * @param environment name of an environment; undefined: the top level
 * @returns undefined with the names there are, when the project has no such environment
 */
export function chooseEnvironment(raw: RawRecord, environment: string | undefined): ChosenEnvironment | { readonly known: readonly string[] } {
  const environments = isRecord(raw["env"]) ? raw["env"] : {};
  const { env: _, ...top } = raw;
  const notes = unknownKeys(top, "");
  if (environment === undefined) return { settings: top, notes: [...notes, ...leftOut(top)] };

  const own = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (!isRecord(own)) return { known: Object.keys(environments) };
  notes.push(...unknownKeys(own, `env.${environment}.`));
  const settings: Record<string, unknown> = {};
  const notInherited: string[] = [];
  for (const [key, { scope }] of configurationKeys) {
    const value = scope === "top" ? top[key] : (own[key] ?? (scope === "inherited" ? top[key] : undefined));
    if (value !== undefined) settings[key] = value;
    if (scope === "own" && own[key] === undefined && top[key] !== undefined) notInherited.push(key);
  }
  if (own["name"] === undefined && typeof top["name"] === "string") settings["name"] = `${top["name"]}-${environment}`;
  if (notInherited.length > 0) notes.push(`env.${environment} does not inherit ${notInherited.join(", ")}: bindings and vars are stated anew in each environment`);
  return { settings, notes: [...notes, ...leftOut(settings)] };
}

function unknownKeys(table: RawRecord, prefix: string): string[] {
  return Object.keys(table).flatMap((key) => {
    const rule = configurationKeys.get(key);
    if (rule === undefined) {
      const nearest = nearestName(key, [...configurationKeys.keys()]);
      return [`unknown key, ignored: ${prefix}${key}${nearest === undefined ? "" : ` (did you mean ${nearest}?)`}`];
    }
    return prefix !== "" && rule.scope === "top" ? [`ignored: ${prefix}${key} belongs at the top level`] : [];
  });
}

/** One line for each key that the edge does not honour, and one for all that concern something else. */
function leftOut(settings: RawRecord): string[] {
  const keys = Object.keys(settings);
  const unsupported = keys.filter((key) => configurationKeys.get(key)?.use === "unsupported" && settings[key] !== false);
  const elsewhere = keys.filter((key) => configurationKeys.get(key)?.use === "elsewhere");
  return [
    ...unsupported.map((key) => `not supported yet, ignored: ${key}${named(settings[key])}${advice[key] === undefined ? "" : `; ${advice[key]}`}`),
    ...(elsewhere.length === 0 ? [] : [`no effect on this edge: ${elsewhere.join(", ")}`]),
  ];
}

/** The binding names in a value, for a line that names what is left out. */
function named(value: unknown): string {
  const names = bindingNames(value);
  return names.length === 0 ? "" : ` (${names.join(", ")})`;
}

function bindingNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(bindingNames);
  if (!isRecord(value)) return [];
  const name = value["binding"] ?? value["name"];
  if (typeof name === "string") return [name];
  return Object.values(value).filter(Array.isArray).flatMap(bindingNames);
}
