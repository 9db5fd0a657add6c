// The operations that show a violation, as bars in time: a lane for each client, from its call to its answer. This is the
// picture in which a stale read or a lost write is seen at a glance.
import type { Evidence, ShownOperation } from "../../contract/result/document.js";
import type { Scale } from "./scale.js";
import { linearScale } from "./scale.js";

export interface TimelineBar {
  readonly lane: number;
  readonly fromMs: number;
  /** Where the bar ends; an operation whose answer was lost goes to the end of the picture. */
  readonly toMs: number;
  readonly isOpen: boolean;
  readonly outcome: ShownOperation["outcome"];
  /** Writers and readers have different shapes. */
  readonly isRead: boolean;
  /** "write 4", "read → 3" */
  readonly label: string;
  readonly operation: ShownOperation;
}

export interface Timeline {
  readonly lanes: readonly string[];
  readonly bars: readonly TimelineBar[];
  readonly scale: Scale;
  readonly endMs: number;
}

const lanesDrawn = 24;

/** @returns undefined when the evidence shows no operations */
export function timelineOf(evidence: Evidence): Timeline | undefined {
  const operations = (evidence.operations ?? []).filter(({ callMs, returnMs }) => Number.isFinite(callMs) && (returnMs === null || Number.isFinite(returnMs)));
  operations.sort((a, b) => a.callMs - b.callMs);
  if (operations.length === 0) return undefined;
  const names = [...new Set(operations.map(laneOf))].slice(0, lanesDrawn);
  const lastMs = operations.reduce((last, { callMs, returnMs }) => Math.max(last, callMs, returnMs ?? 0), 0);
  const keys = new Set(operations.map(({ key }) => key));
  // Room for those that never ended, and for a history of one instant.
  const endMs = Math.max(lastMs * 1.04, 0.001);
  const bars = operations.filter((one) => names.includes(laneOf(one))).map((operation) => ({
    lane: names.indexOf(laneOf(operation)),
    fromMs: operation.callMs,
    toMs: operation.returnMs === null ? endMs : Math.max(operation.callMs, operation.returnMs),
    isOpen: operation.returnMs === null,
    outcome: operation.outcome,
    isRead: operation.output !== undefined && operation.input === undefined,
    label: labelOf(operation, keys.size > 1),
    operation,
  }));
  return { lanes: names, bars, scale: linearScale(0, endMs, 6), endMs };
}

function laneOf({ process, popId }: ShownOperation): string {
  return popId === undefined ? `client ${process}` : `client ${process} at ${popId}`;
}

/** Values often begin alike (a run's own prefix); the end tells them apart. */
function brief(value: string): string {
  return value.length <= 14 ? value : `…${value.slice(-13)}`;
}

function labelOf({ action, key, input, output, outcome }: ShownOperation, hasKeys: boolean): string {
  const asked = input === undefined ? "" : ` ${brief(input)}`;
  const answer = output === undefined || output === input ? "" : ` = ${brief(output)}`;
  const ended = outcome === "ok" ? "" : outcome === "fail" ? " (failed)" : " (answer lost)";
  return `${action}${hasKeys ? ` ${brief(key)}` : ""}${asked}${answer}${ended}`;
}
