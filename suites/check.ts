// What a check is, and what it is given. Specs are data: a list of checks that mocha runs, that --dry-run lists and
// that the claims registry counts, all from the same source.
import type { CheckerAnswer, Operation } from "../contract/history/types.js";
import type { Level, Measurement, Profile } from "../contract/result/document.js";
import type { Binding, Capability, Deployment, FaultEffect, FaultSpec, TargetDescription, TargetVerbs, WorkerModule } from "../contract/target/types.js";

/** One request from the driver to a deployment. */
export interface ExchangeRequest {
  /** A PoP's id, "anycast", or undefined for the first PoP. */
  readonly pop?: string;
  readonly method?: string;
  /** Path and query, beginning with "/". */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Whole exchange, default 10,000 ms. */
  readonly deadlineMs?: number;
  /** The client hangs up when it is aborted. */
  readonly hangUp?: AbortSignal;
  /** Longest body that is read, default 32 MiB; a longer one fails the exchange. */
  readonly maxBodyBytes?: number;
}

export interface ExchangeResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined as HTTP says, set-cookie kept apart. */
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookie: readonly string[];
  readonly bytes: Uint8Array;
  /** Decoded as UTF-8, invalid sequences replaced. */
  readonly text: string;
  /** @throws AssertionError that shows the body when it is not JSON */
  json(): unknown;
}

/** A fixture: a worker program of a suite, the same bytes on every target. */
export interface Fixture {
  readonly name: string;
  /** The compiled program beside the suite, as a URL (import.meta.url resolved). */
  readonly program: URL;
  /** Further modules; the program is main.js beside them. */
  readonly modules?: readonly WorkerModule[];
  readonly bindings: readonly Binding[];
  readonly compatibilityFlags?: readonly string[];
  readonly crons?: readonly string[];
}

/** A fixture that is deployed on the target under test. */
export interface DeployedFixture {
  readonly deployment: Deployment;
  /** Sends one request. @throws AssertionError when there is no complete answer before the deadline */
  request(request: ExchangeRequest): Promise<ExchangeResponse>;
  /** Where to connect, for drivers that speak for themselves (WebSocket, raw sockets, load). */
  endpoint(pop?: string): { readonly url: string; readonly host: string };
}

/** Everything a check may use. Nothing else: no clock of its own, no randomness of its own, no global. */
export interface CheckContext {
  readonly target: TargetDescription;
  readonly verbs: TargetVerbs;
  readonly profile: Profile;
  readonly seed: number;
  /** A word that no other check of any run uses: prefix keys and names with it. */
  readonly unique: string;
  /** Uniform in [0, 1), from the run's seed and the check's id. */
  random(): number;
  /** Aborted when the check's time is over or the run is interrupted. */
  readonly signal: AbortSignal;
  /** The check's own fixture. @throws when the check declares none */
  readonly fixture: DeployedFixture;
  /** Deploys another fixture (or the same under another name) for this check; undeployed after it. */
  deploy(fixture: Fixture, options?: { readonly name?: string }): Promise<DeployedFixture>;
  /** Injects a fault, recorded with its evidence; healed after the check at the latest. */
  inject(fault: FaultSpec): Promise<FaultEffect>;
  /** @returns the target's proof that the fault is over */
  heal(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
  /** Records a number before it is judged, so that a failed check still leaves it. */
  measure(measurement: Measurement): void;
  /** Writes a history beside the result document. */
  recordHistory(id: string, operations: readonly Operation[]): void;
  /** Puts the operations that show a violation into the check's evidence, for the report to draw; nothing when there are none. */
  recordViolation(historyId: string, answer: CheckerAnswer): void;
  /** Adds a line of evidence to the check's result. */
  note(text: string): void;
  /** A documented platform time on this target: divided by its time scale. @param documentedMs @returns ms */
  scaled(documentedMs: number): number;
  /** The threshold of a claim, scaled when the claim says so; thresholds are written in the claim only. */
  threshold(claimId: string): number;
  /** One of the further figures of a claim that has several, by its name: limit("DO-19", "keyBytes"). Times in ms are scaled when the claim is. */
  limit(claimId: string, name: string): number;
  /** Polls until `probe` is satisfied. @throws AssertionError with the last value when the deadline passes */
  until<T>(probe: () => Promise<T>, satisfied: (value: T) => boolean, options: { readonly deadlineMs: number; readonly intervalMs?: number; readonly what: string }): Promise<T>;
}

export interface Check {
  /** product.noun[.qualifier]; never changes its meaning. */
  readonly id: string;
  /** The promise in plain words, as a report shows it. */
  readonly promise: string;
  readonly level: Level;
  readonly claims?: readonly string[];
  /** Capabilities; one declared absent makes the check not applicable. */
  readonly needs?: readonly Capability[];
  /** PoPs it takes; a target with fewer makes it not applicable. Default 1. */
  readonly pops?: number;
  readonly fixture?: Fixture;
  /** Profiles that include it. Default all. */
  readonly profiles?: readonly Profile[];
  /**
   * It spends its time waiting for platform timers and disturbs nothing: it is started with its suite and runs beside
   * the suite's other checks, so that waits do not add up. Default false.
   */
  readonly isWaiting?: boolean;
  /**
   * It deploys, or breaks PoPs: what another check holds open or lets rest would notice. Or it times what others would slow
   * down. It begins when the suite's waiting checks are over, after all others. Default false.
   */
  readonly isDisturbing?: boolean;
  /** Default 15,000 ms. Derive it from a claim and a margin where time is what is tested. */
  readonly timeoutMs?: number | ((target: TargetDescription) => number);
  readonly run: (context: CheckContext) => Promise<void>;
}

/** A suite: a product's checks. One file per area exports one; the index of the folder lists them. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  readonly checks: readonly Check[];
}

/** Thrown where it shows only on the way that the target was never asked to do this. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "NotApplicable";
  }
}

/** Thrown by a check that cannot tell (a driver that lagged, a fault without effect). Never a pass. */
export class Inconclusive extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Inconclusive";
  }
}
