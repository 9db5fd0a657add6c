// Where clients come in: the anycast address, and which PoPs it sends them to. A PoP that is withdrawn takes its own
// connections with it and nobody else's.
import { listen, type Listener } from "../front/listener.js";
import { placeOfClient, roundTripMs } from "../topology.js";
import type { EdgeState } from "./edge-state.js";
import type { Pop } from "./pop.js";

export interface Doors {
  readonly anycast: Listener;
  /** Stops or resumes sending anycast clients to a PoP; its anycast connections are reset when it is withdrawn. */
  announce(pop: Pop, isAnnounced: boolean, why: string): void;
  /** A PoP that goes in order takes nobody in any more, and answers whom it has. */
  leave(pop: Pop): void;
  /** A PoP that serves nobody: it is withdrawn, and its clients are reset and refused. */
  down(pop: Pop, why: string): Promise<void>;
  /** Takes clients in again. @throws the listen error when another program took the PoP's port meanwhile */
  up(pop: Pop, why: string): Promise<void>;
}

/** Opens the anycast address. @throws the listen error when it cannot be had */
export async function openDoors(state: EdgeState): Promise<Doors> {
  const { pops } = state;

  function nearest(clientAddress: string): Pop | undefined {
    const client = placeOfClient(clientAddress);
    let best: Pop | undefined;
    for (const pop of pops) {
      if (pop.isAnnounced && (best === undefined || roundTripMs(client, pop.place) < roundTripMs(client, best.place))) best = pop;
    }
    return best;
  }

  const anycast = await listen({ host: state.options.host, port: state.options.port, choose: nearest });

  function announce(pop: Pop, isAnnounced: boolean, why: string): void {
    if (pop.isAnnounced === isAnnounced) return;
    pop.isAnnounced = isAnnounced;
    if (!isAnnounced) resetAt(pop);
    state.emit(isAnnounced ? "pop-up" : "pop-down", pop.id, why);
  }

  /** Resets the anycast connections that landed at a PoP. */
  function resetAt(pop: Pop): void {
    for (const connection of anycast.connections) if (connection.door === pop) connection.reset();
  }

  function leave(pop: Pop): void {
    if (pop.isAnnounced) {
      pop.isAnnounced = false;
      state.emit("pop-down", pop.id, "stopping in order");
    }
    for (const connection of anycast.connections) if (connection.door === pop) connection.finish();
    pop.listener?.finish();
  }

  async function down(pop: Pop, why: string): Promise<void> {
    announce(pop, false, why);
    resetAt(pop);
    await pop.listener?.shut();
  }

  async function up(pop: Pop, why: string): Promise<void> {
    await pop.listener?.open();
    announce(pop, true, why);
  }

  return { anycast, announce, leave, down, up };
}
