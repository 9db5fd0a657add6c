// The stand-in for a target that never came up, so that even a run interrupted before that leaves a document.
import { EdgemarkError } from "../contract/errors.js";
import type { RunSession } from "../suites/runner/run.js";

/** What stands in a document for a target that never came up, because the run was interrupted before. */
export function unopenedSession(target: string): RunSession {
  const unused = (): never => {
    throw new EdgemarkError("harness.internal", "a target that was opened expected; the run was interrupted before");
  };
  const verbs = {
    describe: unused,
    deploy: unused,
    undeploy: unused,
    reset: unused,
    evict: unused,
    locate: unused,
    injectFault: unused,
    healFault: unused,
    clock: unused,
    triggerCron: unused,
    triggerAlarm: unused,
    bookmarkDatabase: unused,
    restoreDatabase: unused,
    watch: unused,
  };
  const description = {
    name: target,
    version: "",
    vendor: "",
    capabilities: [],
    unknownCapabilities: [],
    timeScale: 1,
    pops: [],
    anycastAddress: "",
    limits: {},
    notes: [],
    compatibilityDate: "",
  };
  return { verbs, description, address: target };
}
