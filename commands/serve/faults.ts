// Kills, pauses and brings back PoPs of a served edge at a person's word, and knows what state each is in.
import type { TargetEvent, TargetVerbs } from "../../contract/target/types.js";

export interface PopControl {
  /** Takes one PoP out; without a name, the first that is well. @returns what was seen, "" when an event tells it */
  inject(kind: "kill" | "pause", popId: string | undefined): Promise<string>;
  /** Heals one PoP, or all. @returns what was seen, "" when an event tells it */
  heal(popId: string | undefined): Promise<string>;
  /** "up", "down" or "paused". */
  stateOf(popId: string): string;
  onEvent(event: TargetEvent): void;
}

export function controlPops(verbs: TargetVerbs, popIds: readonly string[]): PopControl {
  const faults = new Map<string, { readonly faultId: string; readonly kind: "kill" | "pause" }>();
  const down = new Set<string>();

  return {
    async inject(kind, popId = popIds.find((id) => !faults.has(id))) {
      if (popId === undefined) return "every PoP is out already; heal brings them back";
      const before = faults.get(popId);
      if (before !== undefined) return `${popId} is ${before.kind === "kill" ? "killed" : "paused"} already; heal ${popId} brings it back`;
      const { faultId, evidence } = await verbs.injectFault({ kind, popId });
      faults.set(popId, { faultId, kind });
      return kind === "kill" ? "" : evidence;
    },
    async heal(popId) {
      const chosen = popId === undefined ? [...faults] : [...faults].filter(([id]) => id === popId);
      if (chosen.length === 0) return popId === undefined ? "no PoP is out" : `${popId} is not out`;
      const seen: string[] = [];
      for (const [id, { faultId, kind }] of chosen) {
        faults.delete(id);
        const { evidence } = await verbs.healFault(faultId);
        if (kind !== "kill") seen.push(evidence);
      }
      return seen.join("; ");
    },
    stateOf: (popId) => (faults.get(popId)?.kind === "pause" ? "paused" : down.has(popId) || faults.has(popId) ? "down" : "up"),
    onEvent(event) {
      if (event.kind === "pop-down") down.add(event.popId);
      else if (event.kind === "pop-up") down.delete(event.popId);
    },
  };
}
