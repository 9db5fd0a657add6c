// The files that list sabotages; a new one is a line here and one in saboteur.worker.ts.
export const sabotageFiles = [
  "./results.worker.js", "./values.worker.js", "./language.worker.js", "./meta.worker.js", "./batches.worker.js", "./errors.worker.js", "./limits.worker.js", "./databases.worker.js", "./sessions.worker.js",
] as const;
