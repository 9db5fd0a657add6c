// The files that list sabotages; a new one is a line here and one in saboteur.worker.ts.
export const sabotageFiles = ["./ids.worker.js", "./calls.worker.js", "./sockets.worker.js", "./storage.worker.js"] as const;
