// What is deployed, and how it gets to the PoPs: as part of their processes' configuration, or loaded on demand.
import { AdminFailed, callAdmin } from "./admin.js";
import type { DeployedWorker } from "./deployment.js";
import type { EdgeState } from "./edge-state.js";
import { EngineFailed } from "./engine.js";
import type { OnDemand } from "./on-demand.js";
import type { PopHooks } from "./pop.js";
import { together } from "./together.js";

export interface Deployments {
  /** Workers that are part of a process's configuration. */
  inProcess(): readonly DeployedWorker[];
  /** What a PoP asks about workers that are loaded on demand; undefined when none ever is. */
  readonly hooks: PopHooks["onDemand"];
  /**
   * Rolls a worker out on every PoP that is up, in its turn, with all that wait; the previous version serves until then, and
   * on failure. @throws EngineFailed
   */
  deploy(worker: DeployedWorker): Promise<void>;
  undeploy(name: string): void;
  /** The next request of the worker meets an isolate that never ran. */
  evict(name: string): Promise<void>;
}

/**
 * @param onDemand undefined: every worker is part of its process
 * @param rollOut replaces every PoP's process by one with the workers as they are now; throws EngineFailed
 */
export function deploymentsOf(state: EdgeState, onDemand: OnDemand | undefined, rollOut: () => Promise<void>): Deployments {
  const { adminToken, workers } = state;
  /** Still loaded on demand, and to be part of the next processes. */
  const alsoInProcess = new Set<string>();

  /** Another worker calls it, and needs it in the same configuration. */
  const isBound = (name: string): boolean => [...workers.values()].some((worker) => worker.bindings.some((binding) => binding.kind === "service" && binding.service === name));

  /** Loads a version once, where clients come last, to see that it can be. @throws EngineFailed with what the engine says */
  async function tryOut(worker: DeployedWorker, isolate: string): Promise<void> {
    const pop = state.upPops().at(-1);
    if (pop === undefined) return;
    try {
      await callAdmin(pop, adminToken, "/loader/load", { isolate });
    } catch (error) {
      if (error instanceof AdminFailed) throw new EngineFailed(`the worker ${worker.name} cannot be loaded`, error.message);
      throw error;
    } finally {
      void callAdmin(pop, adminToken, "/loader/end", { isolate }).catch(() => undefined);
    }
  }

  /** Rolls workers out that are part of the processes' configuration, and with them those that they call. */
  async function deployWithProcess(changed: readonly DeployedWorker[]): Promise<void> {
    const before = changed.map(({ name }) => [name, workers.get(name)] as const);
    for (const worker of changed) {
      if (onDemand?.isolateOf(worker.name) !== undefined) alsoInProcess.add(worker.name);
      workers.set(worker.name, worker);
    }
    try {
      await rollOut();
    } catch (error) {
      for (const [name, worker] of before) {
        if (worker === undefined) workers.delete(name);
        else workers.set(name, worker);
      }
      throw error;
    } finally {
      for (const { name } of changed) alsoInProcess.delete(name);
    }
    for (const name of workers.keys()) if (changed.some((worker) => worker.name === name) || isBound(name)) onDemand?.remove(name);
  }

  /** It starts no process. */
  async function deployOnDemand(worker: DeployedWorker): Promise<void> {
    await onDemand?.deploy(worker, (isolate) => tryOut(worker, isolate));
    workers.set(worker.name, worker);
  }

  const isApart = (worker: DeployedWorker): boolean => onDemand?.canLoad(worker) === true && !isBound(worker.name);

  function tell(changed: readonly DeployedWorker[]): void {
    forgetRoutes();
    for (const worker of changed) state.emit("deployment-rolled-out", "", `${worker.name} version ${worker.version}`);
  }

  const deployOne = async (worker: DeployedWorker): Promise<void> => {
    await (isApart(worker) ? deployOnDemand(worker) : deployWithProcess([worker]));
    tell([worker]);
  };
  const deployAll = async (changed: readonly DeployedWorker[]): Promise<void> => {
    await deployWithProcess(changed);
    tell(changed);
  };

  function forgetRoutes(): void {
    for (const pop of state.pops) pop.forgetRoutes();
  }

  const hooks: PopHooks["onDemand"] = onDemand && {
    names: () => [...workers.keys()].filter((name) => onDemand.isolateOf(name) !== undefined),
    isolateOf: (name) => onDemand.isolateOf(name),
    expected: (pop, name) => void callAdmin(pop, adminToken, "/loader/load", { isolate: onDemand.isolateOf(name) }).catch(() => undefined),
  };

  return {
    inProcess: () => [...workers.values()].filter(({ name }) => onDemand?.isolateOf(name) === undefined || alsoInProcess.has(name) || isBound(name)),
    hooks,
    deploy: together((task) => state.serially(task), { one: deployOne, all: deployAll, nameOf: ({ name }) => name, isApart }),
    // Nobody is sent to it from now on; the next rollout leaves it out. New processes only to forget one are not worth it.
    undeploy(name) {
      workers.delete(name);
      onDemand?.remove(name);
      forgetRoutes();
    },
    async evict(name) {
      if (onDemand?.isolateOf(name) === undefined) return rollOut();
      onDemand.evict(name);
      forgetRoutes();
    },
  };
}
