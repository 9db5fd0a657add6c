// Stands around a fixture's program in the suite's own tests: hands it D1 bindings with the defect that the request names.
import { type Asked, type Begun, type Call, type Defect, type Place, type PlantedSabotage } from "./defect.worker.js";
import { sabotages as batches } from "./batches.worker.js";
import { sabotages as databases } from "./databases.worker.js";
import { sabotages as errors } from "./errors.worker.js";
import { sabotages as language } from "./language.worker.js";
import { sabotages as limits } from "./limits.worker.js";
import { sabotages as meta } from "./meta.worker.js";
import { sabotages as results } from "./results.worker.js";
import { sabotages as sessions } from "./sessions.worker.js";
import { sabotages as values } from "./values.worker.js";

const all: readonly PlantedSabotage[] = [...results, ...values, ...language, ...meta, ...batches, ...errors, ...limits, ...databases, ...sessions];

interface Handler {
  fetch(request: Request, env: Readonly<Record<string, unknown>>, ctx: ExecutionContext): Promise<Response>;
}

/**
 * @param program the default export of the fixture's program
 * @param deployment its name
 * @returns the same, with the defect that the header x-sabotage names; "none" plants nothing
 */
export function plant(program: Handler, deployment: string): Handler {
  return {
    fetch(request, env, ctx) {
      const name = request.headers.get("x-sabotage") ?? "none";
      const found = all.find((sabotage) => sabotage.name === name);
      if (found === undefined && name !== "none") throw new Error(`no sabotage ${name}`);
      const { SABOTAGE_POP: popId, ...databases } = env;
      const bindings = databases as Readonly<Record<string, D1Database>>;
      const broken = Object.keys(bindings).map((binding) => [binding, database(found?.defect ?? {}, { popId: String(popId), deployment, binding, env: bindings })]);
      return program.fetch(request, Object.fromEntries(broken) as Readonly<Record<string, unknown>>, ctx);
    },
  };
}

function database(defect: Defect, place: Place): unknown {
  const own = defect.database?.(place) ?? place.env[place.binding];
  if (own === undefined) throw new Error(`a database ${place.binding} expected; there is none`);
  return without(defect, new BrokenDatabase(defect, place, own));
}

/** The prototype's methods are what a program sees of an object. */
function without(defect: Defect, object: object): object {
  const { absent } = defect;
  if (absent === undefined) return object;
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter((name) => !absent.includes(name));
  return new Proxy(object, { getPrototypeOf: () => Object.fromEntries(names.map((name) => [name, true])) });
}

async function carriedOut(defect: Defect, call: Call): Promise<unknown> {
  return defect.call === undefined ? plainly(call) : defect.call(call, (changed) => plainly({ ...call, ...changed }));
}

async function plainly({ method, statements, option, speaker }: Call): Promise<unknown> {
  const [first = { sql: "" }] = statements;
  switch (method) {
    case "all":
      return prepared(speaker, first).all();
    case "run":
      return prepared(speaker, first).run();
    case "first":
      return option === undefined ? prepared(speaker, first).first() : prepared(speaker, first).first(option as string);
    case "raw":
      return option === undefined ? prepared(speaker, first).raw() : prepared(speaker, first).raw(option as { columnNames: true });
    case "batch":
      return speaker.batch(statements.map((one) => prepared(speaker, one)));
    case "exec":
      return (speaker as D1Database).exec(first.sql);
    default:
      return method satisfies never;
  }
}

function prepared(speaker: D1Database | D1DatabaseSession, { sql, params }: Asked): D1PreparedStatement {
  const statement = speaker.prepare(sql);
  return params === undefined ? statement : statement.bind(...params);
}

type Of = Pick<Call, "speaker" | "place"> & { readonly session?: Begun };

class BrokenStatement implements Asked {
  constructor(
    private readonly defect: Defect,
    private readonly of: Of,
    readonly sql: string,
    readonly params?: readonly unknown[],
  ) {}

  bind(...params: readonly unknown[]): object {
    return without(this.defect, new BrokenStatement(this.defect, this.of, this.sql, params));
  }
  all(): Promise<unknown> {
    return this.#call("all");
  }
  run(): Promise<unknown> {
    return this.#call("run");
  }
  first(column?: string): Promise<unknown> {
    return this.#call("first", column);
  }
  raw(options?: unknown): Promise<unknown> {
    return this.#call("raw", options);
  }

  #call(method: Call["method"], option?: unknown): Promise<unknown> {
    return carriedOut(this.defect, { ...this.of, method, statements: [{ sql: this.sql, params: this.params }], option });
  }
}

class BrokenSession {
  readonly #of: Of;

  constructor(
    private readonly defect: Defect,
    place: Place,
    private readonly session: Begun,
  ) {
    this.#of = { speaker: session.own, place, session };
  }

  prepare(sql: string): object {
    return without(this.defect, new BrokenStatement(this.defect, this.#of, sql));
  }
  batch(statements: readonly Asked[]): Promise<unknown> {
    return carriedOut(this.defect, { ...this.#of, method: "batch", statements });
  }
  getBookmark(): string | null {
    const bookmark = this.session.own.getBookmark() ?? null;
    return this.defect.bookmark === undefined ? bookmark : this.defect.bookmark(bookmark, this.session);
  }
}

class BrokenDatabase {
  readonly #of: Of;

  constructor(
    private readonly defect: Defect,
    place: Place,
    private readonly own: D1Database,
  ) {
    this.#of = { speaker: own, place };
  }

  prepare(sql: string): object {
    return without(this.defect, new BrokenStatement(this.defect, this.#of, sql));
  }
  batch(statements: readonly Asked[]): Promise<unknown> {
    return carriedOut(this.defect, { ...this.#of, method: "batch", statements });
  }
  exec(sql: string): Promise<unknown> {
    return carriedOut(this.defect, { ...this.#of, method: "exec", statements: [{ sql }] });
  }
  withSession(start?: string): object {
    const begin = (from: string | undefined): D1DatabaseSession => (from === undefined ? this.own.withSession() : this.own.withSession(from));
    const own = this.defect.session === undefined ? begin(start) : this.defect.session(start, this.#of.place, begin);
    return without(this.defect, new BrokenSession(this.defect, this.#of.place, { start, own }));
  }
}
