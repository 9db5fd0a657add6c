// An object from the driver's side: calls of its methods by way of any PoP.
import { AssertionError } from "node:assert/strict";
import type { CheckContext, DeployedFixture, ExchangeResponse } from "../check.js";
import { memberOf } from "../tools/member.js";

export interface CallOptions {
  /** Default the first. */
  readonly pop?: string | undefined;
  /** Name of the object; default the check's unique word. */
  readonly name?: string;
  readonly given?: readonly unknown[];
  readonly deadlineMs?: number;
  /** Default the check's own. */
  readonly fixture?: DeployedFixture;
}

/** Calls a method of an object. @returns the fixture's answer, whatever it is */
export function tryProbe(context: CheckContext, method: string, { pop, name = context.unique, given = [], deadlineMs, fixture = context.fixture }: CallOptions = {}): Promise<ExchangeResponse> {
  const path = `/probe/${method}?unique=${encodeURIComponent(name)}&given=${encodeURIComponent(JSON.stringify(given))}`;
  return fixture.request({ ...(pop === undefined ? {} : { pop }), path, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
}

/** Calls a method of an object. @throws AssertionError with the object's error, unless it answers */
export async function probe(context: CheckContext, method: string, options: CallOptions = {}): Promise<unknown> {
  const response = await tryProbe(context, method, options);
  if (response.status !== 200) throw new AssertionError({ message: `an answer of ${method} at ${options.pop ?? "the first PoP"} expected; ${response.status} came: ${response.text.slice(0, 300)}` });
  return memberOf(response.json(), "value");
}
