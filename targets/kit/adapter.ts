// The frame of an adapter that is a program: options from its arguments, the contract served, and everything ended
// when whoever started it goes away.
import { parseArgs } from "node:util";
import { EdgemarkError, exitCodes, messageOf } from "../../contract/errors.js";
import { announce, serveTarget, untilStopped } from "../../contract/target/serve.js";
import type { TargetServer } from "../../contract/target/types.js";
import { killAllNow } from "./child.js";

export interface AdapterSettings {
  /** Undefined: the adapter's own default. */
  readonly pops: number | undefined;
  readonly timeScale: number | undefined;
  /** name=url, as often as given. */
  readonly urls: readonly string[];
  /** Capabilities that whoever started it vouches for. */
  readonly declared: readonly string[];
}

export interface RunningAdapter {
  readonly server: TargetServer;
  /** Ends everything the adapter started. */
  close(): Promise<void>;
}

/**
 * Runs an adapter until it is told to stop, then ends the process.
 * @param open starts what the adapter is around
 */
export async function runAdapter(open: (settings: AdapterSettings) => Promise<RunningAdapter>): Promise<void> {
  process.once("exit", killAllNow);
  // From here on, so that a start that is interrupted ends what it has started so far.
  const stopped = untilStopped();
  try {
    const settings = readSettings(process.argv.slice(2));
    const first = await Promise.race([open(settings).then((running) => ({ running })), stopped]);
    if (first === undefined) process.exit(exitCodes.error);
    const served = await serveTarget(first.running.server);
    announce(served.address);
    await stopped;
    await served.close();
    await first.running.close();
    process.exit(exitCodes.held);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(error instanceof EdgemarkError ? error.exitCode : exitCodes.error);
  }
}

/** @throws EdgemarkError usage.flag */
export function readSettings(typed: readonly string[]): AdapterSettings {
  try {
    const { values } = parseArgs({
      args: [...typed],
      options: { pops: { type: "string" }, "time-scale": { type: "string" }, url: { type: "string", multiple: true }, declare: { type: "string", multiple: true } },
    });
    return { pops: numberOf("--pops", values.pops), timeScale: numberOf("--time-scale", values["time-scale"]), urls: values.url ?? [], declared: values.declare ?? [] };
  } catch (error) {
    if (error instanceof EdgemarkError) throw error;
    throw new EdgemarkError("usage.flag", `expected --pops <number>, --time-scale <factor>, --url <name=url> or --declare <capability>; ${messageOf(error)}; correct the arguments`, { cause: error });
  }
}

function numberOf(flag: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const value = Number(typed);
  if (typed.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new EdgemarkError("usage.flag", `expected a number above 0 after ${flag}; ${JSON.stringify(typed)} came; correct it`);
}
