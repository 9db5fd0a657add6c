// Bounded staleness as a model of the check command: the checker's answer in lines and in plain JSON.
import { encodeOperation } from "../history/codec.js";
import type { Model } from "./model.js";
import { checkStaleness, type StalenessAnswer } from "./staleness.js";

export const stalenessModel: Model = {
  summary: "a key-value store whose reads lag: the smallest window that explains them",
  judge(operations, { windowMs }) {
    const answer = checkStaleness(operations, windowMs === undefined ? {} : { windowNs: Math.round(windowMs * 1e6) });
    return { answer, lines: describe(answer), facts: factsOf(answer) };
  },
};

function describe(answer: StalenessAnswer): string[] {
  const { counts, windowMs, negative, deletes, convergence } = answer;
  return [
    `keys ${counts.keys}, writes ${counts.writes}, reads ${counts.reads}`,
    `smallest window: ${windowMs === null ? "none found" : `${windowMs.toFixed(3)} ms`}`,
    ...answer.pairs.map(
      (pair) => `writer ${pair.writerPopId} -> reader ${pair.readerPopId}: ${pair.windowMs.toFixed(3)} ms (${pair.staleReads} of ${pair.reads} reads stale)`,
    ),
    `look-ups that found nothing: ${negative.reads}, ${negative.staleReads} after a create, up to ${negative.windowMs.toFixed(3)} ms`,
    `values found: ${deletes.reads}, ${deletes.staleReads} after a delete, up to ${deletes.windowMs.toFixed(3)} ms`,
    ...answer.readYourWrites.map(({ popId, reads, missed }) => `own writes at ${popId}: missed by ${missed} of ${reads} reads (not promised)`),
    ...(convergence === null
      ? []
      : [`keys agreed on after the quiet: ${convergence.keysJudged - convergence.disagreements.length} of ${convergence.keysJudged} judged`]),
    ...answer.anomalies.map(({ kind, text, reads }) => `${kind} (${reads}): ${text}`),
  ];
}

function factsOf(answer: StalenessAnswer): Record<string, unknown> {
  const { counts, windowMs, pairs, negative, deletes, readYourWrites, convergence } = answer;
  const anomalies = answer.anomalies.map(({ operations, ...rest }) => ({ ...rest, operations: operations.map((one): unknown => JSON.parse(encodeOperation(one))) }));
  const agreement =
    convergence === null ? null : { ...convergence, disagreements: convergence.disagreements.map(({ key }) => key) };
  return { windowMs, counts, pairs, negative, deletes, readYourWrites, convergence: agreement, anomalies };
}
