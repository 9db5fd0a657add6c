// Health probes: a PoP whose process is alive but does not answer (gray failure) is withdrawn from the anycast address,
// and announced again when it answers. A process that ends is noticed at once by its exit, not here.
import { probeHealth } from "./admin.js";
import type { Edge } from "./edge.js";
import type { Pop } from "./pop.js";

const intervalMs = 100;
/** A late answer or two on a busy machine are no failure; three in a row are. */
const failuresToWithdraw = 3;

/** Probes every PoP until stopped. */
export function watchHealth(edge: Edge): { stop(): void } {
  let isStopped = false;
  const timers = new Set<NodeJS.Timeout>();

  async function probe(pop: Pop, failures: number): Promise<void> {
    const generation = pop.current?.number;
    const health = generation === undefined ? "unclear" : pop.control.isHeld ? "silent" : await probeHealth(pop);
    if (isStopped) return;
    const isSameProcess = generation !== undefined && pop.current?.number === generation;
    const failed = !isSameProcess || health === "healthy" ? 0 : failures + (health === "silent" ? 1 : 0);
    if (failed === failuresToWithdraw && failures < failuresToWithdraw) edge.announce(pop, false, "three health probes in a row went unanswered");
    if (health === "healthy" && isSameProcess && !pop.isAnnounced && pop.cuts === 0) edge.announce(pop, true, "answers health probes again");
    const timer = setTimeout(() => {
      timers.delete(timer);
      void probe(pop, failed);
    }, intervalMs);
    timers.add(timer);
  }

  for (const pop of edge.pops) void probe(pop, 0);
  return {
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
