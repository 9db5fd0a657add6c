// The edge's logs as a person reads them: each line with the PoP that wrote it, the engine's own talk only when asked.
export interface LogOptions {
  /** Show what the engines say about themselves too. */
  readonly isVerbose: boolean;
  readonly hasColour: boolean;
  /** Width of a PoP's name. */
  readonly width: number;
}

interface EdgeLog {
  readonly popId: string;
  readonly source: string;
  readonly level: string;
  readonly text: string;
}

/** Cuts a stream of text into whole lines; the rest waits for the next piece. */
export function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  };
}

/**
 * A line of the edge's stderr for a person.
 * @returns "" when it is not worth showing, else lines that each end with a line break
 */
export function shownLog(line: string, options: LogOptions): string {
  const log = parsed(line);
  if (log === undefined) return prefixed("edge", line, undefined, options);
  if (log.source === "engine" && !options.isVerbose) return "";
  const colour = log.source === "engine" ? "2" : log.level === "error" || log.source === "exception" ? "31" : log.level === "warn" ? "33" : undefined;
  return prefixed(log.popId, log.text, colour, options);
}

/** A text with a name before each of its lines: "fra | hello". */
export function prefixed(name: string, text: string, colour: string | undefined, { hasColour, width }: Pick<LogOptions, "hasColour" | "width">): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const plain = `${name.padEnd(width)} | ${harmless(line, hasColour)}`;
      return `${hasColour && colour !== undefined ? `\u001b[${colour}m${plain}\u001b[0m` : plain}\n`;
    })
    .join("");
}

// A worker logs what its clients send: colours may pass, anything else that moves a cursor may not.
const colours = /\u001b\[[\d;]*m/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function harmless(text: string, hasColour: boolean): string {
  const kept = hasColour ? (text.match(colours) ?? []) : [];
  const pieces = text.split(colours).map((piece) => piece.replace(controls, "\ufffd"));
  return pieces.map((piece, index) => piece + (kept[index] ?? "")).join("");
}

function parsed(line: string): EdgeLog | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const { popId, source, level, text } = value as Partial<Record<keyof EdgeLog, unknown>>;
    return typeof popId === "string" && typeof source === "string" && typeof level === "string" && typeof text === "string" ? { popId, source, level, text } : undefined;
  } catch {
    return undefined;
  }
}
