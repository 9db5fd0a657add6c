// What the cases about storage, and the objects they run in, see of each other. No import from the runtime is in here,
// because the driver loads the case files too.
import type { ObjectCase } from "./case.js";

/** What code of a case sees inside an object. */
export interface Inside {
  readonly ctx: DurableObjectState;
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly unique: string;
  /** Documented figures that the case asked for, in its order. */
  readonly figures: readonly number[];
  readonly env: StoredEnv;
  /** Lives as long as the instance. */
  readonly memory: Map<string, unknown>;
}

/** A piece of work that an object does for a case that runs beside it. */
export type Act = (inside: Inside, ...given: never[]) => unknown;
export type Acts = Readonly<Record<string, Act>>;

/** The door of every object of the fixture. */
export interface Actor {
  /** Does one of the acts that case files export, by name. */
  act(name: string, ...given: unknown[]): Promise<unknown>;
  /** Runs a case inside the object. */
  runCase(id: string, unique: string, figures: readonly number[]): Promise<unknown>;
}

/** A namespace, as far as the cases use it: what an act gives may be anything, which the stubs' own types cannot say. */
export interface Actors {
  getByName(name: string): Actor;
}

export interface StoredEnv {
  /** Objects on SQLite. */
  readonly STORED: Actors;
  /** Objects with storage of the older kind, without SQL. */
  readonly LEGACY: Actors;
  /** Objects whose constructor waits before they are ready. */
  readonly PREPARED: Actors;
}

/** A figure of a claim: its threshold, or one of its limits by name. */
export type Figure = readonly [claim: string, limit?: string];

interface Common extends Omit<ObjectCase, "run"> {
  readonly figures?: readonly Figure[];
}

/** A case that runs inside one object: one event of it. */
export interface InsideCase extends Common {
  /** Default "sqlite". */
  readonly engine?: "sqlite" | "legacy";
  readonly run: (inside: Inside) => void | Promise<void>;
}

/** A case that runs in the worker and calls objects. */
export interface BesideCase extends Common {
  readonly isBeside: true;
  readonly run: (parts: Beside) => Promise<void>;
}

export interface Beside {
  readonly env: StoredEnv;
  readonly unique: string;
  readonly figures: readonly number[];
}

export type StoredCase = InsideCase | BesideCase;

/** The same case on both kinds of storage; the older kind's check has an id of its own. */
export function onBothEngines(cases: readonly InsideCase[]): readonly InsideCase[] {
  return [...cases, ...cases.map((unit) => ({ ...unit, id: `${unit.id}.legacy`, promise: `${unit.promise} (storage of the older kind)`, engine: "legacy" as const }))];
}
