// Scope and parameters of a fault, as the contract gives them: what a kind does not know is refused, and so is what it cannot be.
import { EdgemarkError } from "../../../contract/errors.js";
import type { FaultSpec } from "../../../contract/target/types.js";

export interface ParameterRule {
  /** What holds when it is left out; undefined: it must be given. */
  readonly otherwise?: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The parameters of a fault, each within its bounds.
 * @throws EdgemarkError target.refused that names everything that differs
 */
export function parametersOf<const N extends string>(fault: FaultSpec, rules: Readonly<Record<N, ParameterRule>>): Readonly<Record<N, number>> {
  const given = fault.parameters ?? {};
  const names = Object.keys(rules) as N[];
  const problems = Object.keys(given).flatMap((name) => (names.some((known) => known === name) ? [] : [`${name} is no parameter of ${fault.kind}`]));
  const values = names.map((name) => {
    const { otherwise, least, most } = rules[name];
    const value = given[name] ?? otherwise;
    if (value === undefined) problems.push(`${name} is missing`);
    else if (!(value >= least && value <= most)) problems.push(`${name} must be from ${least} to ${most}, and is ${value}`);
    return [name, value ?? least] as const;
  });
  if (problems.length > 0) throw new EdgemarkError("target.refused", `expected the parameters ${names.length === 0 ? "of no name" : names.join(", ")} for ${fault.kind}; ${problems.join("; ")}; correct the fault`);
  return Object.fromEntries(values) as Record<N, number>;
}

/** The scope of a fault: one of those it knows. @throws EdgemarkError target.refused */
export function scopeOf<const S extends string>(fault: FaultSpec, known: readonly S[], otherwise?: S): S {
  const scope = fault.scope ?? otherwise;
  const found = known.find((one) => one === scope);
  if (found === undefined) throw new EdgemarkError("target.refused", `expected a scope for ${fault.kind}: ${known.join(", ")}; ${scope === undefined ? "none" : JSON.stringify(scope)} came; name one of them`);
  return found;
}
