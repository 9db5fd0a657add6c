// The door to JSONPath: checks that a path is one we evaluate, and selects from a document with it. A path comes from a
// user's file, so only a small language is let through to the library: no call, no script, no way up or to a prototype.
import { JSONPath } from "jsonpath-plus";

/** One thing that a path selected, with where it stands: ["measurements", "kv.staleness.window", "value"]. */
export interface Selected {
  readonly value: unknown;
  readonly location: readonly string[];
}

const longestPath = 500;
const segment = /^(?:\.\.?(?:[A-Za-z_][\w-]*|\*)|\[(?:\*|\d+|-?\d*:-?\d*(?::\d+)?|'[\w .:/-]+'|"[\w .:/-]+")\])/;
const filterStart = /^\[\?\(/;
// Numbers, quoted words, members of the current item, comparisons, and, or, not, parentheses. Nothing else has a meaning.
// A filter alternates operands (members of the current item, numbers, quoted words) and operators; nothing can be called.
const operand = /^(?:@(?:\.[A-Za-z_]\w*)+|-?\d+(?:\.\d+)?|'[^'"()[\]\\@`]*'|"[^'"()[\]\\@`]*"|(?:true|false|null)\b)/;
const operator = /^(?:[=!]==?|[<>]=?|&&|\|\|)/;
const forbiddenNames = /\b(?:constructor|__proto__|prototype)\b/;

/**
 * What is wrong with a path, in words.
 * @param path for example $.measurements['kv.staleness.window'].value or $.checks[?(@.product == 'kv')].verdict
 * @returns undefined when the path can be evaluated
 */
export function pathProblem(path: string): string | undefined {
  if (path.length > longestPath) return `expected at most ${longestPath} characters; it has ${path.length}`;
  if (!path.startsWith("$")) return `expected a JSONPath that begins with $; it begins with "${path.slice(0, 10)}"`;
  if (forbiddenNames.test(path)) return "expected names of the result document; it names a prototype";
  if (path.split("..").length > 2) return "expected at most one .. (each multiplies the work); it has more";
  let rest = path.slice(1);
  while (rest !== "") {
    const length = filterStart.test(rest) ? filterLength(rest) : segment.exec(rest)?.[0].length;
    if (length === undefined) return `expected .name, ['name'], [0], [*], ..name or a filter [?(@.name == 'value')] at character ${path.length - rest.length + 1}; it has "${rest.slice(0, 20)}"`;
    rest = rest.slice(length);
  }
  return undefined;
}

/** @returns how long the filter at the start of the text is, undefined when it is none of ours */
function filterLength(text: string): number | undefined {
  let at = 3;
  let depth = 1;
  let wantsOperand = true;
  while (depth > 0) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const rest = text.slice(at);
    const mark = rest[0];
    if (wantsOperand && (mark === "(" || mark === "!")) {
      if (mark === "(") depth++;
      at++;
    } else if (!wantsOperand && mark === ")") {
      depth--;
      at++;
    } else {
      const token = (wantsOperand ? operand : operator).exec(rest)?.[0];
      if (token === undefined) return undefined;
      at += token.length;
      wantsOperand = !wantsOperand;
    }
  }
  return text[at] === "]" ? at + 1 : undefined;
}

/**
 * Everything that a path selects, in document order.
 * @param document plain JSON
 * @returns an empty list when nothing is there
 * @throws RangeError when {@link pathProblem} would name a problem: nothing unchecked is evaluated
 */
export function selectPath(document: object, path: string): readonly Selected[] {
  const problem = pathProblem(path);
  if (problem !== undefined) throw new RangeError(problem);
  const found: readonly { readonly value: unknown; readonly pointer: string }[] = JSONPath({
    path,
    json: document,
    resultType: "all",
    wrap: true,
    // "safe" walks a syntax tree and never compiles; the grammar above has already refused whatever could call.
    eval: "safe",
    // An item without the member a filter asks for is not selected, and is no error.
    ignoreEvalErrors: true,
  });
  return found.map(({ value, pointer }) => ({ value, location: pointer.split("/").slice(1).map(unescapePointer) }));
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The id of the measurement that a path names literally, also when it selects nothing. */
export function measurementIdOf(path: string): string | undefined {
  const match = /^\$\.measurements(?:\[(?:'([^']+)'|"([^"]+)")\]|\.([A-Za-z_][\w-]*))/.exec(path);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}
