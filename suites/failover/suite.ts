// The failover suite: what clients of the anycast address and of other PoPs see when one PoP dies, freezes or is updated.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { median } from "../../contract/median.js";
import { latencySeries } from "../../load/open-loop/result.js";
import { messageOf } from "../../contract/errors.js";
import type { TargetEvent } from "../../contract/target/types.js";
import type { Check, CheckContext, Suite } from "../check.js";
import { soundOf } from "../tools/sound.js";
import { assertTakenOver, colosOf, fixtureOf, load, lostOf, outage, type Outage, ratePerSecond, servingPop } from "./anycast.js";

const base = { level: "distributed", pops: 2, fixture: fixtureOf("1") } as const;
/** Kills in one run: enough for a median in the quick profile, for a distribution in the others. */
const killsByProfile = { quick: 3, full: 10, nightly: 20 } as const;
/** After the fault the rest of the edge must serve: load that runs on this long without an answer is an outage for good. */
const marginMs = 15_000;
/** Load beside which processes start: only losses count there, not latencies. */
const calmRatePerSecond = 200;
/** A request that is slow is not lost: processes that start take the processor from those that answer. */
const patientMs = 10_000;
/** Nobody answers an address at all, and not only late. */
const stillMs = 5_000;
/** So many times longer than the first rollout took, a request is still being answered when the next one is over. */
const inFlightRollouts = 2.5;
/** Bounds of that: a request that is over too soon shows nothing, one that goes on for long shows nothing more. */
const inFlightMs = { least: 1500, most: 4000 } as const;
const mostRollouts = 3;

function recordGaps(context: CheckContext, id: string, fault: string, outages: readonly Outage[]): void {
  const { counted, voidCount, marks } = soundOf(outages, (one) => one.marks);
  const gaps = counted.map(({ gap }) => gap.gapMs).sort((a, b) => a - b);
  const last = outages.at(-1);
  context.measure({
    id,
    value: median(gaps),
    unit: "ms",
    n: gaps.length,
    conditions: {
      mode: "open loop, uniform arrivals, keep-alive",
      ratePerSecond,
      fault,
      pops: context.target.pops.length,
      outages: outages.length,
      voidOutages: voidCount,
      requestsFailed: outages.reduce((sum, { gap }) => sum + gap.errors, 0),
    },
    percentiles: { min: gaps[0] ?? 0, p50: median(gaps), max: gaps.at(-1) ?? 0 },
    samples: gaps,
    ...(last === undefined ? {} : latencySeries(last.result)),
    ...marks,
  });
}

async function outages(context: CheckContext, kind: "kill" | "pause", count: number): Promise<readonly Outage[]> {
  const colos = await colosOf(context);
  const seen: Outage[] = [];
  for (let index = 0; index < count; index++) {
    const one = await outage(context, kind, colos);
    seen.push(one);
    if (one.failure !== undefined) break;
    context.note(`${kind} of ${one.victim} after ${one.faultAtSeconds.toFixed(2)} s: longest gap ${one.gap.gapMs.toFixed(1)} ms, ${one.gap.errors} requests failed, answers ${JSON.stringify(one.gap.answersByTag)}`);
  }
  return seen;
}

const checks: readonly Check[] = [
  {
    ...base,
    id: "failover.anycast.steady",
    promise: "one client's requests to the anycast address go to one PoP while nothing fails",
    needs: ["workers", "workers.cf", "anycast"],
    async run(context) {
      const colos = await colosOf(context);
      const seen = new Set<string>();
      for (let index = 0; index < 20; index++) seen.add(await servingPop(context, colos));

      assert.equal(seen.size, 1, [...seen].join(", "));
    },
  },
  {
    ...base,
    id: "failover.kill",
    promise: "when the PoP that serves a client is killed, another one answers",
    needs: ["workers", "workers.cf", "anycast", "fault.kill"],
    claims: ["SEED-06", "SEED-33"],
    timeoutMs: 180_000,
    async run(context) {
      const seen = await outages(context, "kill", killsByProfile[context.profile]);

      recordGaps(context, "failover.gap", "kill -9", seen);
      assertTakenOver(seen);
    },
  },
  {
    ...base,
    id: "failover.pause",
    promise: "a PoP that is frozen, its connections open, is left for another",
    needs: ["workers", "workers.cf", "anycast", "fault.pause"],
    timeoutMs: 90_000,
    async run(context) {
      const seen = await outages(context, "pause", context.profile === "quick" ? 1 : 5);

      recordGaps(context, "failover.pause.gap", "SIGSTOP", seen);
      assertTakenOver(seen);
    },
  },
  {
    ...base,
    id: "failover.survivors",
    promise: "the death of one PoP fails no request at the others",
    needs: ["workers", "workers.cf", "fault.kill"],
    timeoutMs: 60_000,
    async run(context) {
      const [victim, ...others] = context.target.pops.map((pop) => pop.id);
      const loading = await Promise.all(others.slice(0, 2).map((pop) => load(context, { pop, durationMs: 1500, tag: "x-colo", ratePerSecond: calmRatePerSecond, timeoutMs: patientMs })));

      const fault = await context.inject({ kind: "kill", popId: victim ?? "" });
      const results = await Promise.all(loading.map(({ result }) => result));
      await context.heal(fault.faultId);

      for (const [index, result] of results.entries()) {
        assert.deepEqual(lostOf(result), [], `requests at PoP ${others[index]} while ${victim} died`);
      }
    },
  },
  {
    ...base,
    id: "failover.survivors.connections",
    promise: "the death of one PoP closes no connection of the others",
    needs: ["workers", "fault.kill"],
    timeoutMs: 60_000,
    async run(context) {
      const [victim, ...others] = context.target.pops.map((pop) => pop.id);
      const held = await Promise.all(others.map((pop) => openConnection(context, pop)));

      const fault = await context.inject({ kind: "kill", popId: victim ?? "" });
      const again = await Promise.all(held.map((connection) => connection.send()));
      await context.heal(fault.faultId);
      for (const connection of held) connection.close();

      again.forEach((sameSocket, index) => assert.ok(sameSocket, `the connection to PoP ${others[index]} outlived the death of ${victim}`));
    },
  },
  {
    ...base,
    id: "failover.refused",
    promise: "the address of a dead PoP answers nobody",
    needs: ["workers", "fault.kill"],
    timeoutMs: 60_000,
    async run(context) {
      const [victim = ""] = context.target.pops.map((pop) => pop.id);

      const fault = await context.inject({ kind: "kill", popId: victim });
      const answered = await context.fixture.request({ pop: victim, path: "/", deadlineMs: stillMs }).then(
        (response) => response.status,
        () => "no answer",
      );
      await context.heal(fault.faultId);

      assert.equal(answered, "no answer");
    },
  },
  {
    ...base,
    id: "failover.return",
    promise: "a PoP that was killed can come back, at its old address and with what was deployed",
    needs: ["workers", "fault.kill"],
    timeoutMs: 60_000,
    async run(context) {
      const [victim = ""] = context.target.pops.map((pop) => pop.id);
      const before = await context.fixture.request({ pop: victim, path: "/" });

      const fault = await context.inject({ kind: "kill", popId: victim });
      await context.heal(fault.faultId);
      const after = await context.until(
        () => context.fixture.request({ pop: victim, path: "/", deadlineMs: 1500 }),
        (response) => response.status === 200,
        { deadlineMs: marginMs, what: "the PoP answers at its address again" },
      );

      assert.equal(after.text, before.text);
    },
  },
  {
    ...base,
    id: "failover.watch",
    promise: "the death and the return of a PoP are told to whoever watches",
    needs: ["workers", "watch", "fault.kill"],
    timeoutMs: 60_000,
    async run(context) {
      const [victim = ""] = context.target.pops.map((pop) => pop.id);
      const events: TargetEvent[] = [];
      const stop = context.verbs.watch((event) => events.push(event));

      const fault = await context.inject({ kind: "kill", popId: victim });
      await context.heal(fault.faultId);
      const told = async (): Promise<string[]> => events.filter((event) => event.popId === victim).map((event) => event.kind);
      await context.until(told, (kinds) => kinds.includes("pop-down") && kinds.includes("pop-up"), { deadlineMs: marginMs, what: "pop-down and pop-up of the PoP" }).finally(stop);

      const kinds = await told();
      assert.ok(kinds.indexOf("pop-down") < kinds.lastIndexOf("pop-up"), kinds.join(", "));
    },
  },
  {
    ...base,
    id: "failover.rollout",
    promise: "a new version is rolled out without losing a request on the anycast address, and is served after it",
    needs: ["workers", "anycast"],
    timeoutMs: 90_000,
    async run(context) {
      const deployed = await context.deploy(fixtureOf("1"), { name: "rollout" });
      const loading = await load(context, { fixture: deployed, pop: "anycast", durationMs: 2500, tag: "x-version", ratePerSecond: calmRatePerSecond, timeoutMs: patientMs });

      await context.deploy(fixtureOf("2"), { name: "rollout" });
      const result = await loading.result;

      assert.deepEqual(lostOf(result), [], "requests that were lost during the rollout");
      const served = await context.until(
        async () => (await deployed.request({ pop: "anycast", path: "/" })).headers["x-version"],
        (version) => version === "2",
        { deadlineMs: marginMs, what: "version 2 at the anycast address" },
      );
      assert.equal(served, "2");
    },
  },
  {
    ...base,
    id: "failover.rollout.in-flight",
    promise: "a request that is being answered when a new version is rolled out is answered to its end",
    needs: ["workers", "anycast"],
    claims: ["WK-13"],
    timeoutMs: 60_000,
    async run(context) {
      const beganMs = performance.now();
      const deployed = await context.deploy(fixtureOf("1"), { name: "in-flight" });
      const firstMs = Math.round(Math.min(Math.max(inFlightRollouts * (performance.now() - beganMs), inFlightMs.least), inFlightMs.most));
      const pops = ["anycast", ...context.target.pops.map((pop) => pop.id)];

      // A rollout that outlasts the requests shows nothing of them, unless it waits for them: then once more, with longer ones.
      let isOutlasted = true;
      for (let version = 1, takesMs = firstMs; isOutlasted && version <= mostRollouts; version++, takesMs *= 2) {
        let answered = 0;
        const slow = pops.map((pop) =>
          deployed
            .request({ pop, path: `/?takesMs=${takesMs}`, deadlineMs: takesMs + marginMs })
            .then((response) => `${response.status} version ${response.headers["x-version"]}`, messageOf)
            .finally(() => answered++),
        );
        // Requests that follow theirs on connections of their own are answered: the slow ones are certainly on their way.
        await Promise.all(pops.map((pop) => deployed.request({ pop, path: "/" })));

        await context.deploy(fixtureOf(String(version + 1)), { name: "in-flight" });
        isOutlasted = answered === pops.length;
        const next = await deployed.request({ path: "/" });
        const answers = await Promise.all(slow);

        assert.equal(next.headers["x-version"], String(version + 1));
        assert.deepEqual(answers, pops.map(() => `200 version ${version}`));
      }
    },
  },
];

/** One keep-alive connection to a PoP. send() tells whether the next request used the same socket and was answered. */
async function openConnection(context: CheckContext, pop: string): Promise<{ send(): Promise<boolean>; close(): void }> {
  const { url, host } = context.fixture.endpoint(pop);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let first: Socket | undefined;
  const send = async (): Promise<boolean> => {
    const outgoing = httpRequest(new URL("/", url), { agent, headers: { host }, signal: context.signal });
    outgoing.end();
    try {
      const [response] = (await once(outgoing, "response")) as [import("node:http").IncomingMessage];
      response.resume();
      await once(response, "end");
      const isSame = first === undefined || outgoing.socket === first;
      first ??= outgoing.socket ?? undefined;
      return isSame && response.statusCode === 200;
    } catch {
      return false;
    }
  };
  assert.ok(await send(), `PoP ${pop} answers`);
  return { send, close: () => agent.destroy() };
}

export const failoverSuite: Suite = { id: "failover", title: "Failover", checks };
