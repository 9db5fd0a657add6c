// The clients of a run: each at its PoP, one operation at a time with time to think between two, so that histories stay
// short enough to judge while the edge is under fire.
import type { HistoryClient, HistoryRecorder } from "../history/recorder.js";
import { type ChaosPort, NotSent } from "../port.js";
import { randomOf } from "../random.js";
import { answerOf, requestOf } from "../workloads/protocol.js";
import type { Invocation, Workload } from "../workloads/workload.js";
import { sinceMs } from "./clock.js";

export interface ClientsOptions {
  readonly workload: Workload;
  readonly recorder: HistoryRecorder;
  readonly clients: number;
  readonly seed: number;
  readonly prefix: string;
  readonly startNs: bigint;
  readonly forMs: number;
  /** Whether a fault is still to come, or in effect: clients work on until all are over. */
  readonly isStriking: () => boolean;
  /** Between two operations, on average, ms. */
  readonly thinkMs: number;
  readonly deadlineMs: number;
  /** Told of the key of each operation: the object in use. */
  readonly onKey: (key: string) => void;
}

/** After an operation without an answer: the longer, the more came before it. A dead PoP must not fill the history. */
const backOffMs = { first: 50, most: 500 };

/** Lets all clients work until their time is over or the run is aborted. */
export async function runClients(port: ChaosPort, options: ClientsOptions): Promise<void> {
  const popIds = port.target.pops.map((pop) => pop.id);
  let issued = 0;
  const latest = new Map<number, { readonly invocation: Invocation; readonly output: unknown }>();
  const one = async (client: number): Promise<void> => {
    const pop = popIds[client % popIds.length] ?? "";
    const random = randomOf(options.seed, `client ${client}`);
    const history = options.recorder.client(pop);
    let troubles = 0;
    while (!port.signal.aborted && (options.isStriking() || sinceMs(port, options.startNs) < options.forMs)) {
      const invocation = options.workload.next({ client, clients: options.clients, issued: issued++, random, prefix: options.prefix, latest: (other) => latest.get(other) });
      options.onKey(invocation.key);
      const isAnswered = await operate(port, { history, workloadId: options.workload.id, invocation, pop, deadlineMs: options.deadlineMs, onOutput: (output) => void latest.set(client, { invocation, output }) });
      troubles = isAnswered ? 0 : troubles + 1;
      const thinkMs = options.thinkMs * (0.5 + random());
      await port.wait(isAnswered ? thinkMs : Math.min(backOffMs.most, backOffMs.first * 2 ** (troubles - 1)) + thinkMs, port.signal);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, (_, client) => one(client)));
}

export interface OneOperation {
  readonly history: HistoryClient;
  readonly workloadId: string;
  readonly invocation: Invocation;
  readonly pop: string;
  readonly deadlineMs: number;
  /** Told of the answer when it happened. */
  readonly onOutput?: (output: unknown) => void;
}

/** Sends and records one operation. @returns whether its answer came */
export async function operate(port: ChaosPort, { history, workloadId, invocation, pop, deadlineMs, onOutput }: OneOperation): Promise<boolean> {
  const open = history.invoke({ ...invocation, popId: pop });
  try {
    const answer = answerOf(await port.send({ pop, ...requestOf(workloadId, invocation), deadlineMs }));
    if (answer.outcome === "ok") {
      open.ok(answer.output);
      onOutput?.(answer.output);
    } else if (answer.outcome === "fail") open.fail();
    else open.info();
    return answer.outcome !== "info";
  } catch (error) {
    if (error instanceof NotSent) open.fail();
    else open.info();
    return false;
  }
}
