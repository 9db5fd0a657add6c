// What commander says of a mistyped command line, in the words of every other error: what was expected, what came, what
// to do, on one line.
import type { CommanderError } from "commander";

/**
 * @param command as it is typed: "edgemark certify"
 * @param args the words that came which are no options
 */
export function mistakeInWords({ message }: Pick<CommanderError, "message">, command: string, args: readonly string[]): string {
  const see = `see \`${command} --help\``;
  const said = message.replace(/^error: /, "");
  const [, unknown, near] = /^unknown option '([^']*)'(?:\n\(Did you mean (?:one of )?(.+)\?\))?$/s.exec(said) ?? [];
  if (unknown !== undefined) return `an option of ${command} expected; ${unknown} is none; ${near === undefined ? see : `did you mean ${near.replace(/, ([^,]+)$/, " or $1")}?`}`;
  const [, flags, came, wanted] = /^(?:option|command-argument) '([^']*)'(?: value| argument)? '(.*)' is invalid[.](?: (.*))?$/s.exec(said) ?? [];
  if (flags !== undefined) {
    const what = (wanted ?? "another value").replace(/^Expected /, "").replace(/^Allowed choices are /, "one of ").replace(/[.]$/, "");
    return `${what} expected after ${flags.replace(/ .*$/, "")}; ${JSON.stringify(came)} came; correct it`;
  }
  const [, bare] = /^option '([^']*)' argument missing$/.exec(said) ?? [];
  if (bare !== undefined) return `${bare} expected; nothing came after it; add it`;
  const [, missing] = /^missing required argument '([^']*)'$/.exec(said) ?? [];
  if (missing !== undefined) return `${command} <${missing}> expected; no ${missing} came; ${see}`;
  const [, most] = /^too many arguments.* Expected (\d+) argument/.exec(said) ?? [];
  if (most !== undefined) return `${most === "0" ? "nothing but options" : most === "1" ? "one word besides the options" : `at most ${most} words besides the options`} expected; ${args.slice(Number(most)).join(" ")} came; ${see}`;
  return `${said}; ${see}`;
}
