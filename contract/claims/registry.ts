// Loads the documented claims and a user's own, and refuses a file that is not right with every difference at once.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { LineCounter, parseDocument, type Document } from "yaml";
import { EdgemarkError, messageOf } from "../errors.js";
import { differencesOf, show, type Difference } from "./differences.js";
import { brokenRules, type PathCheck } from "./rules.js";
import { claimSchema, claimsFileSchema } from "./schema.js";
import type { Claim } from "./types.js";

const longestFileBytes = 1_048_576;

interface ClaimsFile {
  readonly product?: string;
  readonly level?: string;
  readonly claims: readonly Readonly<Record<string, unknown>>[];
}

interface Loader {
  readonly isFile: ValidateFunction<ClaimsFile>;
  readonly isClaim: ValidateFunction<Claim>;
  readonly checkPath: PathCheck | undefined;
}

interface Loaded {
  readonly claims: readonly { readonly claim: Claim; readonly place: string }[];
  readonly problems: readonly string[];
}

/**
 * The registry: every documented claim, then those of a user's files in their order.
 * A user's file has the same format. There `kind` defaults to number, `level` to isolate, `nature` to performance,
 * `figure` to the statement and `source` to the file; its claims are marked `own`.
 * @param extraFiles paths as the user gave them
 * @param checkPath how the judge reads paths (pathProblem in reports/); left out, paths are not looked at
 * @throws EdgemarkError usage.claims that names each file, line and claim, what was expected and what came
 */
export function loadClaims(extraFiles: readonly string[] = [], checkPath?: PathCheck): Claim[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
  const loader = { isFile: ajv.compile<ClaimsFile>(claimsFileSchema), isClaim: ajv.compile<Claim>(claimSchema), checkPath };
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const registry = readdirSync(folder).filter((name) => name.endsWith(".yaml")).sort().map((name) => loadFile(join(folder, name), false, loader));
  const broken = [...registry.flatMap(({ problems }) => problems), ...duplicates(registry), ...strangeConflicts(registry)];
  if (broken.length > 0) throw new EdgemarkError("harness.internal", `expected a valid registry of claims; it has:\n${broken.map((line) => `  ${line}`).join("\n")}`);
  const own = extraFiles.map((file) => loadFile(file, true, loader));
  const problems = [...own.flatMap((loaded) => loaded.problems), ...duplicates([...registry, ...own])];
  if (problems.length > 0) {
    const found = problems.length === 1 ? "1 difference; correct it" : `${problems.length} differences; correct them`;
    throw new EdgemarkError("usage.claims", `expected valid claims; found ${found}:\n${problems.map((line) => `  ${line}`).join("\n")}`, { facts: { problems } });
  }
  return [...registry, ...own].flatMap(({ claims }) => claims.map(({ claim }) => claim));
}

function loadFile(file: string, isOwn: boolean, loader: Loader): Loaded {
  const lines = new LineCounter();
  const parsed = parse(file, lines);
  if ("problems" in parsed) return { claims: [], problems: parsed.problems };
  const { document, content } = parsed;
  const shown = isOwn ? file : basename(file);
  const placeOf = (at: readonly (string | number)[]): string => `${shown}${lineOf(document, lines, at)}`;
  if (!loader.isFile(content)) {
    const found = differencesOf(loader.isFile.errors ?? [], content);
    return { claims: [], problems: found.map(({ at, message }) => `${placeOf(at)}: ${message}`) };
  }
  const loaded = content.claims.map((raw, index) => {
    const complete = { ...(isOwn ? defaultsOfOwn(raw, shown) : {}), ...(content.product === undefined ? {} : { product: content.product }), ...(content.level === undefined ? {} : { level: content.level }), ...raw };
    const name = typeof raw["id"] === "string" ? raw["id"] : `claim ${index + 1}`;
    const problemsOf = (found: readonly Difference[]): string[] => found.map(({ at, message }) => `${placeOf(["claims", index, ...at])} ${name}: ${message}`);
    if (!loader.isClaim(complete)) return { problems: problemsOf(allDifferences(complete, isOwn, loader)) };
    const claim: Claim = isOwn ? { ...complete, own: true } : complete;
    return { claim, place: placeOf(["claims", index]), problems: problemsOf(brokenRules(claim, loader.checkPath)) };
  });
  return {
    claims: loaded.flatMap(({ claim, place }) => (claim === undefined ? [] : [{ claim, place }])),
    problems: loaded.flatMap(({ problems }) => problems),
  };
}

/** What the schema finds, and what the rules find in the rest of the claim, so that one correction is enough. */
function allDifferences(complete: Readonly<Record<string, unknown>>, isOwn: boolean, loader: Loader): Difference[] {
  const found = differencesOf(loader.isClaim.errors ?? [], complete);
  const wrong = new Set(found.map(({ at }) => at[0]));
  const rest: unknown = Object.fromEntries(Object.entries(complete).filter(([key]) => !wrong.has(key)));
  if (!loader.isClaim(rest)) return found;
  const broken = brokenRules(isOwn ? { ...rest, own: true } : rest, loader.checkPath);
  return [...found, ...broken.filter(({ at }) => !wrong.has(at[0]))];
}

function parse(file: string, lines: LineCounter): { readonly document: Document; readonly content: unknown } | { readonly problems: readonly string[] } {
  try {
    const text = readFileSync(file, "utf8");
    if (text.length > longestFileBytes) return { problems: [`${file}: expected at most ${longestFileBytes} characters; it has ${text.length}`] };
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
    if (document.errors.length > 0) return { problems: document.errors.map((error) => `${file}:${error.linePos?.[0].line ?? 1}: expected YAML; ${(error.message.split("\n")[0] ?? "").replace(/:$/, "")}`) };
    const content: unknown = document.toJS();
    return content === null ? { problems: [`${file}: expected the key claims; the file is empty`] } : { document, content };
  } catch (error) {
    return { problems: [`${file}: expected a readable claims file; ${messageOf(error)}`] };
  }
}

function defaultsOfOwn(raw: Readonly<Record<string, unknown>>, file: string): Record<string, unknown> {
  // A claim without words is told so once, not for each place that would have them.
  const figure = raw["figure"] ?? raw["statement"] ?? "-";
  return { level: "isolate", kind: "number", nature: "performance", figure, source: { document: file, quote: figure } };
}

/** The line of a place in a file, or of the nearest thing around it: ":12". */
function lineOf(document: Document, lines: LineCounter, at: readonly (string | number)[]): string {
  for (let length = at.length; length >= 0; length--) {
    const key = at.slice(0, length).map((part) => (typeof part === "string" && /^\d+$/.test(part) ? Number(part) : part));
    const node: unknown = document.getIn(key, true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
      const offset: unknown = node.range[0];
      if (typeof offset === "number") return `:${lines.linePos(offset).line}`;
    }
  }
  return "";
}

function duplicates(files: readonly Loaded[]): string[] {
  const seen = new Map<string, string>();
  return files.flatMap(({ claims }) =>
    claims.flatMap(({ claim, place }) => {
      const first = seen.get(claim.id);
      seen.set(claim.id, first ?? place);
      return first === undefined ? [] : [`${place} ${claim.id}: expected an id of its own; ${first} has it already (a documented claim cannot be redefined)`];
    }),
  );
}

function strangeConflicts(files: readonly Loaded[]): string[] {
  const all = files.flatMap(({ claims }) => claims);
  const known = new Set(all.map(({ claim }) => claim.id));
  return all.flatMap(({ claim, place }) => (claim.conflicts ?? []).filter((id) => !known.has(id)).map((id) => `${place} ${claim.id}: expected conflicts to name claims; ${show(id)} is none`));
}
