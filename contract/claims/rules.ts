// What must be true of a claim beyond its schema: which comparator, path and unit go with which kind. Written here once;
// the registry applies it to our files and to a user's alike.
import type { Difference } from "./differences.js";
import { show } from "./differences.js";
import { timeUnits } from "./schema.js";
import type { Claim } from "./types.js";

/** Says what is wrong with a JSONPath, or undefined. The judge owns the language of paths and provides this. */
export type PathCheck = (path: string) => string | undefined;

interface Rule {
  readonly at: string;
  readonly broken: (claim: Claim) => string | false;
}

const isNumeric = ({ holds }: Claim): boolean => holds !== undefined && !("every" in holds) && !("equals" in holds && typeof holds.equals !== "number");

const rules: readonly Rule[] = [
  { at: "path", broken: (claim) => claim.kind === "number" && claim.path === undefined && "expected a path to the measured value, because kind is number; it is missing" },
  { at: "unit", broken: (claim) => claim.kind === "number" && claim.unit === undefined && "expected a unit, because kind is number; it is missing" },
  { at: "holds", broken: (claim) => claim.kind === "number" && !isNumeric(claim) && `expected holds with a number (atMost, atLeast, equals or between), because kind is number; it is ${show(claim.holds)}` },
  { at: "holds", broken: (claim) => claim.kind === "context" && claim.holds !== undefined && `expected no holds, because a context claim is never judged; it is ${show(claim.holds)}` },
  { at: "holds", broken: (claim) => claim.kind === "must" && claim.path !== undefined && claim.holds === undefined && "expected holds beside the path, for example { every: pass }; it is missing" },
  { at: "path", broken: (claim) => claim.holds !== undefined && !isNumeric(claim) && claim.path === undefined && `expected a path that selects what ${show(claim.holds)} is compared with; it is missing` },
  { at: "unit", broken: (claim) => claim.kind !== "number" && isNumeric(claim) && claim.unit === undefined && "expected a unit beside the number in holds; it is missing" },
  { at: "holds", broken: ({ holds }) => holds !== undefined && "between" in holds && holds.between[0] > holds.between[1] && `expected between to go from the lower to the higher; it is ${show(holds.between)}` },
  {
    at: "scaled",
    broken: (claim) =>
      claim.scaled === true &&
      !(claim.unit !== undefined && timeUnits.includes(claim.unit)) &&
      !Object.keys(claim.limits ?? {}).some((name) => name.endsWith("Ms")) &&
      `expected scaled only with a unit of time (${timeUnits.join(", ")}), because a time scale divides times; the unit is ${claim.unit ?? "missing"}`,
  },
  { at: "tolerance", broken: (claim) => claim.tolerance !== undefined && !isNumeric(claim) && "expected a tolerance only beside a number in holds; there is none" },
];

/** Rules of a user's own claims: no check can name them, so each must select what it judges. */
const ownRules: readonly Rule[] = [
  { at: "path", broken: (claim) => claim.kind === "must" && claim.path === undefined && "expected a path, because no check knows a claim of your own; it is missing" },
];

/**
 * Everything that is wrong with one claim that the schema accepts.
 * @param checkPath left out, paths are not looked at
 */
export function brokenRules(claim: Claim, checkPath: PathCheck | undefined): Difference[] {
  const applied = claim.own === true ? [...rules, ...ownRules] : rules;
  const found = applied.flatMap(({ at, broken }) => {
    const message = broken(claim);
    return message === false ? [] : [{ at: [at], message }];
  });
  const problem = claim.path === undefined ? undefined : checkPath?.(claim.path);
  if (problem !== undefined) found.push({ at: ["path"], message: `${problem}; the path is ${show(claim.path)}` });
  return found;
}
