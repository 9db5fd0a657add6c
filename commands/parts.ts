// Puts a run together from its parts: suites, claims, targets and reports. Only the composition root loads this.
import { loadClaims } from "../contract/claims/registry.js";
import { writeReports } from "../reports/index.js";
import { pathProblem } from "../reports/judge-path.js";
import { terminalSummary } from "../reports/terminal.js";
import { suites } from "../suites/index.js";
import type { RunParts } from "./certify.js";
import { openSession } from "./session.js";

/** @returns the parts of certify and run */
export async function runParts(): Promise<RunParts> {
  return {
    suites,
    loadClaims: async (files) => loadClaims(files, pathProblem),
    openSession,
    writeReports,
    summary: terminalSummary,
  };
}
