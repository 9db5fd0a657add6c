// edgemark fixtures: writes the worker programs that checks talk to as projects for wrangler, so that they can be put on a
// platform by hand and certified there with the target url.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EdgemarkError, exitCodes, messageOf, nearestName } from "../contract/errors.js";
import type { Binding } from "../contract/target/types.js";
import type { Fixture, Suite } from "../suites/check.js";
import { fixtureCompatibilityDate } from "../suites/runner/fixtures.js";
import { type CommandSpec, listOf } from "./command.js";
import type { CommandIo } from "./io.js";

/** Every fixture that checks of these suites share, by name. */
export function fixturesOf(suites: readonly Suite[]): ReadonlyMap<string, Fixture> {
  const fixtures = new Map<string, Fixture>();
  for (const suite of suites) for (const { fixture } of suite.checks) if (fixture !== undefined) fixtures.set(fixture.name, fixture);
  return fixtures;
}

/** A fixture as the configuration of a wrangler project. */
export function configurationOf(fixture: Fixture): Readonly<Record<string, unknown>> {
  const some = <T>(key: string, list: readonly T[]): Record<string, readonly T[]> => (list.length === 0 ? {} : { [key]: list });
  const of = <Kind extends Binding["kind"]>(...kinds: readonly Kind[]): Extract<Binding, { kind: Kind }>[] =>
    fixture.bindings.filter((binding): binding is Extract<Binding, { kind: Kind }> => kinds.some((kind) => kind === binding.kind));
  const objects = of("durable_object");
  const own = objects.filter(({ script }) => script === undefined);
  const classes = (isSqlite: boolean): string[] => [...new Set(own.filter(({ sqlite }) => sqlite === isSqlite).map(({ className }) => className))];
  const vars = Object.fromEntries(of("text", "secret", "json").map(({ kind, name, value }) => [name, kind === "json" ? (JSON.parse(value) as unknown) : value]));
  return {
    name: fixture.name,
    main: "main.js",
    compatibility_date: fixtureCompatibilityDate,
    ...some("compatibility_flags", fixture.compatibilityFlags ?? []),
    ...(Object.keys(vars).length === 0 ? {} : { vars }),
    ...some("kv_namespaces", of("kv").map(({ name, namespace }) => ({ binding: name, id: namespace }))),
    ...some("services", of("service").map(({ name, service, entrypoint }) => ({ binding: name, service, ...(entrypoint === undefined ? {} : { entrypoint }) }))),
    ...some("d1_databases", of("d1").map(({ name, database }) => ({ binding: name, database_name: database, database_id: database }))),
    ...some("r2_buckets", of("r2").map(({ name, bucket }) => ({ binding: name, bucket_name: bucket }))),
    ...(objects.length === 0
      ? {}
      : { durable_objects: { bindings: objects.map(({ name, className, script }) => ({ name, class_name: className, ...(script === undefined ? {} : { script_name: script }) })) } }),
    ...(own.length === 0 ? {} : { migrations: [{ tag: "v1", ...some("new_sqlite_classes", classes(true)), ...some("new_classes", classes(false)) }] }),
    ...(fixture.crons === undefined ? {} : { triggers: { crons: fixture.crons } }),
    // The bytes as they are: what runs is what was certified.
    no_bundle: true,
    find_additional_modules: (fixture.modules ?? []).length > 0,
  };
}

/**
 * Writes the projects, a folder each.
 * @param names of fixtures; empty: all
 * @throws EdgemarkError usage.input for a fixture that no check has, usage.output when a file cannot be written
 */
export async function writeFixtures(suites: readonly Suite[], names: readonly string[], out: string, io: Pick<CommandIo, "out">): Promise<number> {
  const fixtures = fixturesOf(suites);
  for (const name of names) {
    if (fixtures.has(name)) continue;
    const nearest = nearestName(name, [...fixtures.keys()]);
    throw new EdgemarkError("usage.input", `expected the name of a fixture; ${name} is none${nearest === undefined ? "" : ` (did you mean ${nearest}?)`}; leave the names out to write all`);
  }
  const chosen = [...fixtures.values()].filter(({ name }) => names.length === 0 || names.includes(name));
  for (const fixture of chosen) {
    const folder = join(out, fixture.name);
    await write(join(folder, "main.js"), await readFile(fixture.program));
    for (const { path, content } of fixture.modules ?? []) await write(join(folder, path), content);
    await write(join(folder, "wrangler.jsonc"), `${JSON.stringify(configurationOf(fixture), null, 2)}\n`);
    io.out(`${join(folder, "wrangler.jsonc")}\n`);
  }
  return exitCodes.held;
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (cause) {
    throw new EdgemarkError("usage.output", `expected to write ${file}; ${messageOf(cause)}; choose another folder with --out`, { cause });
  }
}

/** @param suites loads every suite */
export const fixturesCommand = (suites: () => Promise<readonly Suite[]>): CommandSpec => ({
  name: "fixtures",
  summary: "Writes the worker programs that checks talk to as wrangler projects, to deploy them by hand.",
  args: [{ flags: "[name...]", words: "fixtures to write (default: all)" }],
  options: [
    { flags: "--out <folder>", words: "where they go, a folder each (default: fixtures)" },
    { flags: "--suite <id>", words: "only those of these suites, comma separated", parse: listOf },
  ],
  examples: [
    ["edgemark fixtures --out fixtures", "writes all; deploy each with `wrangler deploy` in its folder"],
    ["edgemark serve fixtures/hello/wrangler.jsonc", "runs one on the reference edge"],
    ["edgemark certify --target url --url hello=https://hello.example.org --only workers.http", "certifies where it was deployed"],
  ],
  run: async (given, names, io) => {
    const all = await suites();
    const ids = Array.isArray(given["suite"]) ? given["suite"].map(String) : [];
    for (const id of ids) {
      if (!all.some((suite) => suite.id === id)) throw new EdgemarkError("usage.input", `expected the id of a suite; ${id} is none; there are ${all.map((suite) => suite.id).join(", ")}`);
    }
    return writeFixtures(all.filter(({ id }) => ids.length === 0 || ids.includes(id)), names, typeof given["out"] === "string" ? given["out"] : "fixtures", io);
  },
});
