// A project as it will be served: what its configuration says, for one environment, as plain data. Pure: texts in, a
// project or everything that is wrong with it out.
import { dirname, join } from "node:path";
import { EdgemarkError, nearestName } from "../../contract/errors.js";
import type { Binding } from "../../contract/target/types.js";
import { readBindings } from "./bindings.js";
import { cronProblem } from "./cron.js";
import { durableClasses } from "./durable-classes.js";
import { chooseEnvironment } from "./environment.js";
import type { MigrationSettings } from "./migrations.js";
import { Reader, type RawRecord } from "./record.js";

export interface ModuleRule {
  readonly type: "Text" | "Data" | "CompiledWasm";
  readonly globs: readonly string[];
}

/** A rule where nothing is bundled: scripts have kinds too. */
export interface PlainRule {
  readonly type: ModuleRule["type"] | "ESModule" | "CommonJS";
  readonly globs: readonly string[];
}

/** How the modules of a project are found that is not bundled. */
export interface PlainSettings {
  /** Absolute; paths of modules are relative to it. */
  readonly baseFolder: string;
  /** Whether files that the main module does not name are modules too. */
  readonly findsModules: boolean;
  readonly rules: readonly PlainRule[];
}

/** What the bundler needs to know. */
export interface BundleSettings {
  /** Absolute. */
  readonly folder: string;
  /** Absolute path of the main module. */
  readonly main: string;
  readonly rules: readonly ModuleRule[];
  readonly define: Readonly<Record<string, string>>;
  readonly alias: Readonly<Record<string, string>>;
  readonly isMinified: boolean;
  readonly keepsNames: boolean;
  readonly tsconfig?: string;
  readonly jsxFactory?: string;
  readonly jsxFragment?: string;
  /** Node's own modules may be imported. */
  readonly hasNode: boolean;
  /** Set when nothing is to be bundled. */
  readonly plain?: PlainSettings;
}

export interface Project {
  readonly file: string;
  readonly name: string;
  readonly bundle: BundleSettings;
  /** undefined: the newest there is. */
  readonly compatibilityDate: string | undefined;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly Binding[];
  readonly crons: readonly string[];
  /** Durable Object classes that its program must export. */
  readonly ownClasses: readonly string[];
  /** Where the migrations of its D1 databases are; folder "" for none. */
  readonly migrations: readonly MigrationSettings[];
  /** Whether each of its classes has SQLite storage, for projects that bind them too. */
  readonly classes: ReadonlyMap<string, boolean>;
  /** Lines for the person: what is ignored or taken otherwise. */
  readonly notes: readonly string[];
}

export interface ProjectOptions {
  readonly environment?: string | undefined;
  /** What .dev.vars holds. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** State outlives this run, so classes that were renamed or deleted matter. */
  readonly keepsState?: boolean;
}

/**
 * @param raw the parsed configuration
 * @param file its absolute path
 * @throws EdgemarkError usage.input with everything that is wrong
 */
export function readProject(raw: RawRecord, file: string, options: ProjectOptions = {}): Project {
  const chosen = chooseEnvironment(raw, options.environment);
  if ("known" in chosen) throw unknownEnvironment(options.environment ?? "", chosen.known, file);
  const settings = new Reader(chosen.settings, "");
  const notes = [...chosen.notes];
  if (settings.raw("pages_build_output_dir") !== undefined) throw new EdgemarkError("usage.input", `expected a Worker in ${file}; pages_build_output_dir makes it a Pages project, which this edge does not serve; give it a main module`);

  const folder = dirname(file);
  const name = nameOf(settings, folder, notes);
  const main = settings.text("main");
  if (main === undefined && settings.raw("main") === undefined) settings.problems.push("main: the path of the main module expected; it is missing");
  else if (main?.endsWith(".py") === true) settings.differs("main", "a JavaScript or TypeScript module");
  const compatibilityDate = settings.text("compatibility_date");
  if (compatibilityDate === undefined) notes.push("compatibility_date is missing: the newest of this edge is taken");
  else if (!/^\d{4}-\d\d-\d\d$/.test(compatibilityDate)) settings.differs("compatibility_date", "a date as YYYY-MM-DD");
  const compatibilityFlags = settings.texts("compatibility_flags");
  const classes = durableClasses(settings);
  const read = readBindings(settings, name, classes, options.secrets ?? {}, folder);
  const crons = settings.table("triggers")?.texts("crons") ?? [];
  for (const cron of crons) {
    const problem = cronProblem(cron);
    if (problem !== undefined) settings.problems.push(`triggers.crons: five fields in UTC expected; ${JSON.stringify(cron)} came (${problem})`);
  }
  const bundle = bundleSettings(settings, { folder, main: join(folder, main ?? ""), hasNode: hasNode(compatibilityDate, compatibilityFlags), notes });
  if (settings.problems.length > 0) throw new EdgemarkError("usage.input", `expected a Worker project in ${file}; this differs:\n${settings.problems.map((one) => `  ${one}`).join("\n")}\ncorrect it`);

  if (options.keepsState === true && classes.abandoned.length > 0) notes.push(`objects of classes that migrations gave up are neither moved nor removed: ${classes.abandoned.join(", ")}`);
  return {
    file,
    name,
    bundle,
    compatibilityDate,
    compatibilityFlags,
    bindings: read.bindings,
    crons,
    ownClasses: read.ownClasses,
    migrations: read.migrations,
    classes: classes.sqlite,
    notes: [...notes, ...classes.notes, ...read.notes],
  };
}

function unknownEnvironment(name: string, known: readonly string[], file: string): EdgemarkError {
  const nearest = nearestName(name, known);
  const hint = nearest !== undefined ? `did you mean ${nearest}?` : known.length === 0 ? "it has none; leave --env out" : `it has ${known.join(", ")}`;
  return new EdgemarkError("usage.input", `expected an environment of ${file}; ${JSON.stringify(name)} is none; ${hint}`);
}

function nameOf(settings: Reader, folder: string, notes: string[]): string {
  const given = settings.text("name");
  const wanted = given ?? folder.split("/").at(-1) ?? "";
  const name = wanted.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63) || "worker";
  if (given === undefined && settings.raw("name") === undefined) notes.push(`name is missing: ${name} is taken`);
  else if (given !== undefined && given !== name) notes.push(`name: ${JSON.stringify(given)} is taken as ${name}, which can be part of a host's name`);
  return name;
}

/** From this date on nodejs_compat is the default: the engine says so itself. */
const nodeByDefaultFrom = "2026-08-04";

function hasNode(date: string | undefined, flags: readonly string[]): boolean {
  if (flags.includes("nodejs_compat") || flags.includes("nodejs_compat_v2")) return true;
  return (date === undefined || date >= nodeByDefaultFrom) && !flags.includes("no_nodejs_compat");
}

function bundleSettings(settings: Reader, given: { folder: string; main: string; hasNode: boolean; notes: string[] }): BundleSettings {
  const tsconfig = settings.text("tsconfig");
  const jsxFactory = settings.text("jsx_factory");
  const jsxFragment = settings.text("jsx_fragment");
  const isPlain = settings.flag("no_bundle") ?? false;
  const findsModules = settings.flag("find_additional_modules");
  const baseFolder = settings.text("base_dir");
  if (!isPlain && findsModules === true) given.notes.push("not supported yet, ignored: find_additional_modules without no_bundle; modules that main imports are bundled");
  const rules = moduleRules(settings, isPlain, given.notes);
  return {
    folder: given.folder,
    main: given.main,
    rules: rules.filter((rule): rule is ModuleRule => rule.type !== "ESModule" && rule.type !== "CommonJS"),
    ...(isPlain ? { plain: { baseFolder: baseFolder === undefined ? dirname(given.main) : join(given.folder, baseFolder), findsModules: findsModules ?? true, rules } } : {}),
    define: settings.textTable("define"),
    alias: settings.textTable("alias"),
    isMinified: settings.flag("minify") ?? false,
    keepsNames: settings.flag("keep_names") ?? true,
    ...(tsconfig === undefined ? {} : { tsconfig: join(given.folder, tsconfig) }),
    ...(jsxFactory === undefined ? {} : { jsxFactory }),
    ...(jsxFragment === undefined ? {} : { jsxFragment }),
    hasNode: given.hasNode,
  };
}

const defaultRules: readonly ModuleRule[] = [
  { type: "Text", globs: ["**/*.txt", "**/*.html", "**/*.sql"] },
  { type: "Data", globs: ["**/*.bin"] },
  { type: "CompiledWasm", globs: ["**/*.wasm", "**/*.wasm?module"] },
];

/** The project's own rules come first; a rule without fallthrough is the last word on its type. */
function moduleRules(settings: Reader, isPlain: boolean, notes: string[]): readonly PlainRule[] {
  const rules: PlainRule[] = [];
  const closed = new Set<string>();
  for (const one of settings.tables("rules")) {
    const type = one.required("type");
    const globs = one.texts("globs");
    if (type === "Text" || type === "Data" || type === "CompiledWasm" || (isPlain && (type === "ESModule" || type === "CommonJS"))) {
      if (!closed.has(type)) rules.push({ type, globs });
      if (one.flag("fallthrough") !== true) closed.add(type);
    } else if (type === "ESModule" || type === "CommonJS") notes.push(`no effect: rules of type ${type}, since what main imports is bundled`);
    else if (type !== "") notes.push(`not supported yet, ignored: rules of type ${type} (${globs.join(", ")})`);
  }
  return [...rules, ...defaultRules.filter((rule) => !closed.has(rule.type))];
}
