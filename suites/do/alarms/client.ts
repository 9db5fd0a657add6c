// Objects with alarms from the driver's side, and what the checks of alarms have in common.
import assert from "node:assert/strict";
import type { CheckContext, Fixture } from "../../check.js";
import { memberOf } from "../../tools/member.js";
import type { AlarmPlan, AlarmRun } from "./plan.js";

export const fixture: Fixture = {
  name: "do-alarms",
  program: new URL("./alarms.worker.js", import.meta.url),
  bindings: [
    { kind: "durable_object", name: "ALARMS", className: "Alarming", sqlite: true },
    { kind: "durable_object", name: "SILENT", className: "Silent", sqlite: true },
    { kind: "durable_object", name: "AUTOMATIC", className: "Automatic", sqlite: true },
  ],
};

/** A due alarm may be this late, by what a busy machine and a rollout beside it cost. */
export const lateMs = 8_000;
/** Longest that a PoP's death may hold its alarms up: leases of 20 s run out first where nobody sees the death. */
export const takeoverMs = 45_000;

export interface AlarmClient {
  call(method: string, ...given: readonly unknown[]): Promise<unknown>;
  /** Sets plan and alarm. @returns when it is due, by the object's own clock */
  plan(plan: AlarmPlan, afterMs: number): Promise<number>;
  runs(): Promise<readonly AlarmRun[]>;
  /** Polls until so many runs are over. */
  ran(count: number, deadlineMs?: number): Promise<readonly AlarmRun[]>;
}

/** An object of the fixture from the driver's side. @param className path of the class in the fixture */
export function alarmClient(context: CheckContext, name = context.unique, { pop, className = "alarms" }: { readonly pop?: string; readonly className?: string } = {}): AlarmClient {
  const attempt = async (method: string, given: readonly unknown[]): Promise<unknown> => {
    const response = await context.fixture.request({ ...(pop === undefined ? {} : { pop }), method: "POST", path: `/${className}/${name}/${method}`, body: JSON.stringify(given) });
    assert.equal(response.status, 200, `the fixture answers ${method}: ${response.text.slice(0, 200)}`);
    return response.json();
  };
  const call: AlarmClient["call"] = async (method, ...given) => {
    const answer = await attempt(method, given);
    const error = memberOf(answer, "error");
    assert.equal(error, undefined, `${method} is answered; ${String(error)} came`);
    return memberOf(answer, "value");
  };
  const runs = async (): Promise<readonly AlarmRun[]> => {
    const value = await call("runs");
    assert.ok(Array.isArray(value), "a list of runs");
    return value as readonly AlarmRun[];
  };
  return {
    call,
    async plan(plan, afterMs) {
      return Number(memberOf(await call("plan", plan, afterMs), "dueAtMs"));
    },
    runs,
    ran: (count, deadlineMs = lateMs) =>
      context.until(runs, (seen) => seen.filter(({ endedAtMs }) => endedAtMs !== null).length >= count, { deadlineMs, intervalMs: 50, what: `${count} runs of the alarm` }),
  };
}

/** Waits until an alarm of another object, set now, has run: what was due before it and has not run will not. */
export async function untilOthersRan(context: CheckContext, afterMs: number): Promise<void> {
  const other = alarmClient(context, `${context.unique}-other`);
  await other.plan({}, afterMs);
  await other.ran(1, afterMs + lateMs);
}

/** Polls until a witness has heard of so many runs. @returns the names of the objects that ran */
export async function heardBy(context: CheckContext, witness: AlarmClient, count: number, deadlineMs: number): Promise<readonly string[]> {
  const heard = async (): Promise<readonly string[]> => {
    const value = await witness.call("heard");
    return Array.isArray(value) ? value.map(String) : [];
  };
  return context.until(heard, (names) => names.length >= count, { deadlineMs, intervalMs: 20, what: `${count} runs heard of` });
}

/** What a check has that spends its time waiting for alarms. */
export const waiting = { fixture, isWaiting: true, timeoutMs: 40_000 } as const;
