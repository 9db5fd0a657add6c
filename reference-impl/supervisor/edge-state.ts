// What the parts of one running edge share: its PoPs, what is deployed, the platform's clock, the rules for late replicas,
// and the order in which changes are made.
import { randomBytes } from "node:crypto";
import type { DeployedWorker } from "./deployment.js";
import type { EdgeEventKind, EdgeOptions } from "./edge.js";
import { LagRules } from "./lag-rules.js";
import type { Pop } from "./pop.js";

export class EdgeState {
  readonly adminToken = randomBytes(24).toString("hex");
  readonly workers = new Map<string, DeployedWorker>();
  readonly lagRules: LagRules;
  /** The wall time at which the scaled clock began. */
  readonly clockBaseMs = Date.now();
  clockOffsetMs = 0;
  /** Set once, before anything runs. */
  pops: readonly Pop[] = [];
  isClosing = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(readonly options: EdgeOptions) {
    this.lagRules = new LagRules(options.d1Lag ?? "");
  }

  /** PoPs that serve and that the control plane can reach. */
  upPops(): Pop[] {
    return this.pops.filter((pop) => pop.current !== undefined && !pop.control.isHeld);
  }

  /** Changes of what runs go one after the other. */
  serially<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task, task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Waits for the changes that are under way. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  emit(kind: EdgeEventKind, popId: string, detail: string): void {
    this.options.onEvent({ kind, atMs: Date.now(), popId, detail });
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
