// Puts a run together from its parts: suites, claims, targets and reports. Only the composition root loads this; what
// starts and tells a run is loaded when it is needed, so that listing what would run is quick.
import { loadClaims } from "../contract/claims/registry.js";
import { pathProblem } from "../reports/judge-path.js";
import { suites } from "../suites/index.js";
import type { RunParts } from "./certify.js";

/** @returns the parts of certify and run */
export async function runParts(): Promise<RunParts> {
  return {
    suites,
    loadClaims: async (files) => loadClaims(files, pathProblem),
    checkKnown: async (settings, checkIds) => void (await (await import("./session.js")).knownOf(settings, checkIds)),
    openSession: async (settings, checkIds) => (await import("./session.js")).openSession(settings, checkIds),
    writeReports: async (document, runDirectory) => (await import("../reports/index.js")).writeReports(document, runDirectory),
    summary: async (document, options) => (await import("../reports/terminal.js")).terminalSummary(document, options),
  };
}
