// How late replicas are, per pair of PoPs: a fixed time, a jittered one, or for ever. A real edge's lag comes from its
// distances and its load; here it is set, so that staleness can be shown and tested.

export type Lag = { readonly kind: "delayed"; readonly delayMs: number; readonly jitterMs: number } | { readonly kind: "stopped" };

export interface LagRule {
  /** The primary's PoP, "*" for any. */
  readonly from: string;
  /** The replica's PoP, "*" for any. */
  readonly to: string;
  readonly lag: Lag;
}

export const noLag: Lag = { kind: "delayed", delayMs: 0, jitterMs: 0 };

const rulePattern = /^(?:([a-z0-9*]+)>([a-z0-9*]+)=)?(stopped|\d+(?:~\d+)?)$/;

/**
 * Reads rules such as "500" (all pairs 500 ms late), "fra>iad=300~100" (200 to 400 ms), "*>sin=stopped", separated by commas.
 * @throws Error that names the first rule which is none
 */
export function parseLag(text: string): readonly LagRule[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const match = rulePattern.exec(part);
      if (match === null) throw new Error(`a replica lag such as 500, fra>iad=300~100 or *>sin=stopped (milliseconds) was expected; ${JSON.stringify(part)} came`);
      const [, from = "*", to = "*", amount = ""] = match;
      if (amount === "stopped") return { from, to, lag: { kind: "stopped" } };
      const [delayMs = 0, jitterMs = 0] = amount.split("~").map(Number);
      return { from, to, lag: { kind: "delayed", delayMs, jitterMs: Math.min(jitterMs, delayMs) } };
    });
}

/** The lag of a pair; the last rule that fits counts. */
export function lagOf(rules: readonly LagRule[], from: string, to: string): Lag {
  return rules.findLast((rule) => (rule.from === "*" || rule.from === from) && (rule.to === "*" || rule.to === to))?.lag ?? noLag;
}

/**
 * When a replica may show a change.
 * @param sequence of the change: its jitter follows from it, so that a run can be repeated
 * @param beforeMs when the change before it may be shown; order is never given up
 * @returns wall time, ms
 */
export function dueMs(lag: { readonly delayMs: number; readonly jitterMs: number }, sequence: number, atMs: number, beforeMs: number): number {
  const spread = (Math.imul(sequence, 2654435761) >>> 0) / 2 ** 32;
  return Math.max(beforeMs, atMs + lag.delayMs + (2 * spread - 1) * lag.jitterMs);
}
