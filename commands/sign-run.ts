// Signs a run: writes certificate.json into its folder when the run reached a level, and says why when there is none.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Claim } from "../contract/claims/types.js";
import { EdgemarkError, messageOf } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { sha256 } from "../reports/certificate/canonical.js";
import { signEnvelope } from "../reports/certificate/envelope.js";
import { readPrivateKey } from "../reports/certificate/keys.js";
import { statementOf } from "../reports/certificate/statement.js";
import type { RunSettings } from "./certify-options.js";
import type { CommandIo } from "./io.js";

export interface RunToSign {
  /** Judged by `claims`, as it lies in the folder. */
  readonly document: ResultDocument;
  readonly claims: readonly Claim[];
  /** The run's folder. */
  readonly directory: string;
  /** Wall time of signing, ms since 1970. */
  readonly nowMs: number;
}

/** @returns the path of the certificate; null when the run gets none. @throws EdgemarkError when files of the run are not as they were recorded */
export type Signer = (run: RunToSign) => string | null;

const dayMs = 86_400_000;

/**
 * Reads the key now, signs later.
 * @throws EdgemarkError usage.input when there is no such key
 */
export function readSigner({ keyFile, expiresDays }: NonNullable<RunSettings["sign"]>, io: Pick<CommandIo, "err">): Signer {
  const key = readPrivateKey(readGiven(keyFile), keyFile);
  // Some platforms mount secrets readable by all; it is said and not forbidden.
  if ((statSync(keyFile).mode & 0o077) !== 0) io.err(`${keyFile} can be read by others than its owner; chmod 600 it\n`);
  return ({ document, claims, directory, nowMs }) => {
    const issuedAt = new Date(nowMs).toISOString();
    const expiresAt = new Date(nowMs + expiresDays * dayMs).toISOString();
    const statement = statementOf({ document, claims, documentSha256: digestOf(directory, "result.json"), issuedAt, expiresAt });
    if (statement === undefined) {
      io.err(`no certificate: ${whyNone(document)}\n`);
      return null;
    }
    for (const { file, sha256: recorded } of document.histories) {
      const found = digestOf(directory, file);
      if (found !== recorded) throw new EdgemarkError("harness.environment", `expected the history ${file} as it was recorded (SHA-256 ${recorded}); it has ${found}; nothing is signed, run again`);
    }
    const path = join(directory, "certificate.json");
    try {
      writeFileSync(path, `${JSON.stringify(signEnvelope(JSON.stringify(statement), key), null, 2)}\n`);
    } catch (cause) {
      throw new EdgemarkError("usage.output", `expected to write ${path}; ${messageOf(cause)}; see that the folder can be written and the disk has room`, { cause });
    }
    return path;
  };
}

function whyNone({ run }: ResultDocument): string {
  if (run.interrupted !== undefined) return `the run was cut short (${run.interrupted})`;
  if (run.partial !== undefined) return `only a part ran (${run.partial}), and a part reaches no level`;
  return "the run reached no level";
}

function readGiven(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a key file that can be read; ${file}: ${messageOf(cause)}; make one with edgemark keygen --out ${file}`, { cause });
  }
}

function digestOf(directory: string, file: string): string {
  try {
    return sha256(readFileSync(join(directory, file)));
  } catch (cause) {
    throw new EdgemarkError("harness.environment", `expected ${file} in ${directory}, to sign its digest; ${messageOf(cause)}; nothing is signed, run again`, { cause });
  }
}
