// Opens the target of a run: by name, by gRPC address, or by the path of an adapter.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EdgemarkError } from "../contract/errors.js";
import { connectTarget } from "../contract/target/client.js";
import type { KnownFailure } from "../contract/target/known.js";
import { startAdapter } from "../contract/target/process.js";
import type { RunSession } from "../suites/runner/run.js";

export interface OpenSession extends RunSession {
  /** What the target is known to get wrong. */
  readonly known?: readonly KnownFailure[];
  /** Ends the connection and everything that was started for it. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly startDeadlineMs: number;
}

/**
 * @param target a name, `grpc://host:port`, or the path of an executable
 * @throws EdgemarkError of kind target when it does not start or answer, usage.target when it names nothing
 */
export async function openSession(target: string, options: SessionOptions): Promise<OpenSession> {
  if (/^grpcs?:\/\//.test(target)) return connected(target, target, true, async () => undefined);
  if (target.includes("/") && existsSync(target)) {
    const adapter = await startAdapter(resolve(target), [], { deadlineMs: options.startDeadlineMs });
    return connected(adapter.address, target, false, async () => void (await adapter.stop()));
  }
  throw new EdgemarkError("usage.target", `the name of a target, grpc://host:port or the path of an adapter expected; ${target} is none; see \`edgemark certify --help\``);
}

async function connected(address: string, target: string, isShared: boolean, stop: () => Promise<void>): Promise<OpenSession> {
  try {
    const client = await connectTarget(address);
    try {
      const description = await client.describe();
      const close = async (): Promise<void> => {
        client.close();
        await stop();
      };
      return { verbs: client, description, address: target, isShared, close };
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
