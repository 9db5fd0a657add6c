// Which checks changed their verdict between two sides.
import type { CheckResult, ResultDocument, Verdict } from "../../contract/result/document.js";
import type { ComparedCheck, ComparisonVerdict } from "./types.js";

type Seen = Verdict | "missing";

/** @returns those that differ, and how many do not */
export function compareChecks(a: readonly ResultDocument[], b: readonly ResultDocument[]): { readonly checks: readonly ComparedCheck[]; readonly same: number } {
  const [before, after] = [byId(a), byId(b)];
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  const compared = ids.flatMap((id): ComparedCheck[] => {
    const [left, right] = [before.get(id) ?? [], after.get(id) ?? []];
    const [seenA, seenB] = [seenOf(left, a.length), seenOf(right, b.length)];
    if (seenA === seenB) return [];
    const [verdict, reason] = judged(seenA, seenB);
    return [{ id, promise: (right.at(-1) ?? left.at(-1))?.promise ?? "", a: seenA, b: seenB, verdict, reason: `${reason}${whyOf(right)}` }];
  });
  return { checks: compared, same: ids.length - compared.length };
}

function byId(documents: readonly ResultDocument[]): ReadonlyMap<string, readonly CheckResult[]> {
  const found = new Map<string, CheckResult[]>();
  for (const { checks } of documents) {
    for (const check of checks) {
      const list = found.get(check.id);
      if (list === undefined) found.set(check.id, [check]);
      else list.push(check);
    }
  }
  return found;
}

/** What several runs say together: one failure is a failure, and only passes alone are a pass. */
function seenOf(results: readonly CheckResult[], runs: number): Seen {
  if (results.length === 0) return "missing";
  for (const verdict of ["fail", "error", "inconclusive"] as const) if (results.some((one) => one.verdict === verdict)) return verdict;
  if (results.length < runs) return "missing";
  return results.every(({ verdict }) => verdict === "not-applicable") ? "not-applicable" : results.every(({ verdict }) => verdict === "pass") ? "pass" : "inconclusive";
}

function judged(a: Seen, b: Seen): readonly [ComparisonVerdict, string] {
  if (b === "fail") return a === "pass" ? ["worse", "it passed, and fails"] : ["cannot tell", `it was ${a}, and fails`];
  if (a === "fail" && b === "pass") return ["better", "it failed, and passes"];
  // Not in A at all: a new check that passes took nothing away.
  if (a === "missing" && (b === "pass" || b === "not-applicable")) return ["same", "it is new"];
  return ["cannot tell", `it was ${a}, and is ${b}`];
}

function whyOf(results: readonly CheckResult[]): string {
  const reason = results.find(({ verdict, reason: why }) => verdict !== "pass" && why !== undefined)?.reason;
  return reason === undefined ? "" : `: ${reason}`;
}
