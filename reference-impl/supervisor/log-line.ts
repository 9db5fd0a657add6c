// One line that a PoP's process wrote, told apart: what a worker said on its console, an exception nobody caught, and the
// engine's own messages, which a person who runs a worker rarely wants to see.

export interface LogLine {
  /** "worker": the console of a worker; "exception": an error of a worker that nobody caught; "engine": everything else. */
  readonly source: "worker" | "exception" | "engine";
  /** log, info, debug, warn, error. */
  readonly level: string;
  /** May have several lines. */
  readonly text: string;
}

/** A message of the edge about itself. */
export function engineSays(text: string): LogLine {
  return { source: "engine", level: "info", text };
}

/**
 * Reads a line of a process that logs in JSON: a console message has a level and a text, a message of the engine names
 * its place in the engine's source besides.
 * @param line what came
 * @param plainSource whose it is when it is no JSON: stdout is the workers', stderr the engine's
 */
export function logLineOf(line: string, plainSource: "worker" | "engine"): LogLine {
  const plain: LogLine = { source: plainSource, level: plainSource === "worker" ? "log" : "error", text: line };
  if (!line.startsWith('{"timestamp"')) return plain;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return plain;
  }
  if (typeof value !== "object" || value === null || !("message" in value) || typeof value.message !== "string") return plain;
  const level = "level" in value && typeof value.level === "string" ? value.level : "log";
  if (!("source" in value)) return { source: "worker", level, text: value.message };
  const thrown = /^Uncaught exception: .*?\b(?:remote\.)?jsg\.([\s\S]*)$/.exec(value.message)?.[1];
  return thrown === undefined ? { source: "engine", level, text: value.message } : { source: "exception", level, text: `Uncaught ${thrown}` };
}
