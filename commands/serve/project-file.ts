// Finds and parses a project's configuration file: TOML, JSON or JSON with comments, with the line of a mistake.
import { readFile, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml, TomlError } from "smol-toml";
import { didYouMean, EdgemarkError, messageOf } from "../../contract/errors.js";
import { isRecord, type RawRecord } from "./record.js";

/** In the order in which they are looked for in a folder. */
const fileNames = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/** @returns the configuration file of a folder, undefined when it has none */
export async function projectFileIn(folder: string): Promise<string | undefined> {
  const there: readonly string[] = await readdir(folder).catch(() => []);
  const name = fileNames.find((one) => there.includes(one));
  return name === undefined ? undefined : join(folder, name);
}

/**
 * @param path a configuration file, or the folder of one
 * @returns its absolute path
 * @throws EdgemarkError usage.input when there is none
 */
export async function findProjectFile(path: string): Promise<string> {
  const absolute = resolve(path);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) {
    const beside = await readdir(join(absolute, "..")).catch(() => []);
    throw new EdgemarkError("usage.input", `expected a Worker project; there is no ${path}; ${didYouMean(absolute.split("/").at(-1) ?? "", beside, "name its wrangler.toml, wrangler.jsonc or folder")}`);
  }
  if (!found.isDirectory()) return absolute;
  const file = await projectFileIn(absolute);
  if (file === undefined) throw new EdgemarkError("usage.input", `expected the folder of a Worker project; ${path} has no ${fileNames.join(", ")}; name another folder, or its file`);
  return file;
}

/** @throws EdgemarkError usage.input when the file cannot be read */
export async function readProjectText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new EdgemarkError("usage.input", `expected to read ${file}; ${messageOf(cause)}; correct the path or its permissions`, { cause });
  });
}

/**
 * @param text what the file holds
 * @param file its name, which tells the format, and for messages
 * @throws EdgemarkError usage.input with line and column when it does not parse
 */
export function parseProjectText(text: string, file: string): RawRecord {
  if (file.endsWith(".toml")) return parsedToml(text, file);
  if (!/\.jsonc?$/.test(file)) throw new EdgemarkError("usage.input", `expected a project's wrangler.toml, wrangler.jsonc or wrangler.json; ${file} has another ending; name one of them, or its folder`);
  if (text.trim() === "") throw new EdgemarkError("usage.input", `expected an object in ${file}; it is empty; correct it`);
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) {
    const before = text.slice(0, first.offset).split("\n");
    throw new EdgemarkError("usage.input", `expected JSON in ${file}; ${words(printParseErrorCode(first.error))} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}; correct it`);
  }
  if (!isRecord(value)) throw new EdgemarkError("usage.input", `expected an object in ${file}; something else came; correct it`);
  return value;
}

function parsedToml(text: string, file: string): RawRecord {
  try {
    return parseToml(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [what = ""] = cause.message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new EdgemarkError("usage.input", `expected TOML in ${file}; ${what} at line ${cause.line}, column ${cause.column}; correct it\n${cause.codeblock.trimEnd()}`, { cause });
  }
}

/** "CommaExpected" as "comma expected". */
function words(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
