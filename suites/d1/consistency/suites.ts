// The suites of D1's consistency: sessions that see time go one way, batches that are transactions, and how far replicas lag.
import { sessionsWorkload } from "../../../chaos/workloads/sessions.js";
import { transactionsWorkload } from "../../../chaos/workloads/transactions.js";
import type { Suite } from "../../check.js";
import { lagChecks } from "./lag.js";
import { throughputChecks } from "./throughput.js";
import { disturbances, workloadCheck } from "./workloads.js";

const { quiet, lag, stopped, replica, primary, partition } = disturbances;

export const d1SessionsSuite: Suite = {
  id: "d1.sessions",
  title: "D1: sessions",
  checks: [quiet, lag, stopped, replica, primary, partition].map((disturbance) =>
    workloadCheck({
      suite: "d1.sessions",
      workload: sessionsWorkload,
      disturbance,
      claims: ["D1-02", "D1-05", "D1-07", "D1-08", "D1-09", "D1-10", "D1-12", "D1-13", "D1-14"],
      promise: "each session reads its writes, never goes back, and writes after what it read",
    }),
  ),
};

export const d1IsolationSuite: Suite = {
  id: "d1.isolation",
  title: "D1: isolation of batches",
  checks: [quiet, replica, primary, partition].map((disturbance) =>
    workloadCheck({
      suite: "d1.isolation",
      workload: transactionsWorkload,
      disturbance,
      claims: ["D1-01", "D1-13", "SEED-26"],
      promise: "one order of whole batches explains every answer",
    }),
  ),
};

export const d1LagSuite: Suite = { id: "d1.lag", title: "D1: lag of replicas, and rate of the primary", checks: [...lagChecks, ...throughputChecks] };
