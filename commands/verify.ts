// edgemark verify: is this certificate what it says? Reads the certificate, the key and the files of the run; what they
// mean is decided in reports/certificate/.
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadClaims } from "../contract/claims/registry.js";
import { EdgemarkError, messageOf } from "../contract/errors.js";
import { edgemarkVersion } from "../contract/version.js";
import { sha256 } from "../reports/certificate/canonical.js";
import { readPublicKey } from "../reports/certificate/keys.js";
import { exitCodeOfProblems, statusOf, type CertificateStatus, type Problem } from "../reports/certificate/problems.js";
import type { SignedStatement } from "../reports/certificate/read-statement.js";
import { openCertificate, verifyRun, type OpenedCertificate, type RunFiles } from "../reports/certificate/verify.js";
import { pathProblem } from "../reports/judge-path.js";
import { visible } from "../reports/text.js";
import { levelWords } from "../reports/words.js";
import { listOf, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

export interface VerifyOptions {
  /** PEM file of the public key that is trusted; without one only integrity is shown. */
  readonly keyFile?: string;
  /** Where runs are kept, or the folder of the run itself; the certificate's own folder is looked into too. */
  readonly runs?: string;
  /** Claims files of a user, as they were given to the run. */
  readonly claimsFiles?: readonly string[];
  readonly isJson?: boolean;
  /** Wall time, ms since 1970. */
  readonly nowMs: number;
}

const largestCertificateBytes = 64 * 1024 * 1024;
const largestFileBytes = 512 * 1024 * 1024;

/**
 * @param path the certificate, or the folder of a run that has one
 * @returns 0 valid; what else it may be stands in reports/certificate/problems.ts
 * @throws EdgemarkError usage.* for files that were named and cannot be read
 */
export async function runVerify(path: string, options: VerifyOptions, io: Pick<CommandIo, "out">): Promise<number> {
  const { file, problems, certificate } = await verifyAt(path, options);
  const status = statusOf(problems);
  io.out(options.isJson === true ? `${JSON.stringify(asData(file, status, problems, certificate))}\n` : inWords(status, problems, certificate));
  return exitCodeOfProblems(problems);
}

export interface Verified {
  /** Where the certificate is. */
  readonly file: string;
  /** Empty when it is valid. */
  readonly problems: readonly Problem[];
  /** undefined when it could not be opened. */
  readonly certificate: OpenedCertificate | undefined;
}

/**
 * Verifies without a word.
 * @param path the certificate, or the folder of a run that has one
 * @throws EdgemarkError usage.* for files that were named and cannot be read
 */
export async function verifyAt(path: string, { keyFile, runs, claimsFiles, nowMs }: VerifyOptions): Promise<Verified> {
  const file = (await stat(path).catch(() => undefined))?.isDirectory() === true ? join(path, "certificate.json") : path;
  const key = keyFile === undefined ? undefined : readPublicKey(await readGiven(keyFile, "public key"), keyFile);
  const claims = loadClaims(claimsFiles ?? [], pathProblem);
  const opened = openCertificate(await readGiven(file, "certificate"), nowMs, key);
  if ("code" in opened) return { file, problems: [opened], certificate: undefined };
  const files = await filesOf(opened.statement, dirname(file), runs);
  return { file, problems: [...opened.problems, ...verifyRun(opened.statement, files, { suiteVersion: edgemarkVersion(), claims })], certificate: opened };
}

/** The run's files: of the folders where they may be, the first whose document is the signed one, else the first that has any. */
async function filesOf(statement: SignedStatement, beside: string, runs: string | undefined): Promise<RunFiles> {
  const folders = [beside, ...(runs === undefined ? [] : [join(runs, statement.runId), runs])];
  const found: { readonly folder: string; readonly document: Uint8Array }[] = [];
  for (const folder of folders) {
    const document = await bytesIn(folder, "result.json");
    if (document !== undefined) found.push({ folder, document });
  }
  const chosen = found.find(({ document }) => sha256(document) === statement.documentSha256) ?? found[0];
  const histories = new Map<string, string>();
  for (const { file } of statement.histories) {
    const bytes = await bytesIn(chosen?.folder ?? beside, file);
    if (bytes !== undefined) histories.set(file, sha256(bytes));
  }
  return { document: chosen?.document, histories };
}

/** @returns undefined when there is no such regular file: a pipe or a device that a stranger names is not read */
async function bytesIn(folder: string, file: string): Promise<Uint8Array | undefined> {
  const path = join(folder, file);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() !== true) return undefined;
  if (facts.size > largestFileBytes) throw new EdgemarkError("usage.input", `expected a file of a run; ${path} has ${facts.size} bytes, more than ${largestFileBytes}; verify it where there is room`);
  return readFile(path).catch((cause: unknown) => {
    throw new EdgemarkError("usage.input", `expected a file that can be read; ${path}: ${messageOf(cause)}; make it readable`, { cause });
  });
}

async function readGiven(file: string, what: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > largestCertificateBytes) throw new Error(`it has ${size} bytes, more than ${largestCertificateBytes}`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a ${what} that can be read; ${file}: ${messageOf(cause)}; correct the path`, { cause });
  }
}

function asData(file: string, status: CertificateStatus, problems: readonly Problem[], certificate: OpenedCertificate | undefined): object {
  if (certificate === undefined) return { status, certificate: file, problems };
  const { statement, keyId, isKeyGiven } = certificate;
  const { target, level, suiteVersion, runId, issuedAt, expiresAt } = statement;
  return { status, certificate: file, problems, target, level, suiteVersion, runId, issuedAt, expiresAt, signer: { keyId, isTrusted: isKeyGiven } };
}

const headlines = { "valid": "✓ Valid", "not-valid": "✗ Not valid", "cannot-tell": "? Cannot tell" } as const satisfies Record<CertificateStatus, string>;

function inWords(status: CertificateStatus, problems: readonly Problem[], certificate: OpenedCertificate | undefined): string {
  const lines = problems.map(({ code, message }) => `  ${visible(message, { lines: true }).replaceAll("\n", "\n  ")} (${code})`);
  if (certificate === undefined) return `${headlines[status]}\n${lines.join("\n")}\n`;
  const { statement, keyId, isKeyGiven } = certificate;
  const shown = (text: string): string => visible(text, { limit: 80 });
  return [
    `${headlines[status]}: ${shown(statement.target)}, level ${levelWords[statement.level]}`,
    ...lines,
    `  signed by   ${keyId}${isKeyGiven ? ", the key you gave" : ""}`,
    ...(isKeyGiven ? [] : ["              No --key was given: this is the key in the certificate itself. It shows that", "              nothing was changed since it was signed, and not who signed it."]),
    `  valid       ${statement.issuedAt} to ${statement.expiresAt}`,
    `  made by     Edgemark ${shown(statement.suiteVersion)}, run ${shown(statement.runId)}`,
    ...(status === "valid" ? [`  checked     signature, dates, result.json, ${statement.histories.length} histories; judged again with the same result`] : []),
    "",
  ].join("\n");
}

export const verifyExitCodesInWords = `Exit codes (of several problems, the gravest):
   0  valid
   1  not valid in another way than below
   2  wrong usage, or a file that cannot be read
   4  cannot tell: files missing, or other claims judged
  10  the certificate, the document or a history was changed
  11  expired
  12  truncated: the certificate or the document ends in the middle
  13  signed with another key than --key
  14  another version of Edgemark made it, and only that one can judge again
  15  the document, judged again, does not say what the certificate says`;

export const verifyCommand = {
  name: "verify",
  summary: "Verifies a certificate: signature, dates and files, and judges the document again.",
  args: [{ flags: "<certificate>", words: "certificate.json, or the folder of a signed run" }],
  options: [
    { flags: "--key <file>", words: "PEM file of the signer's public key (default: the key in the certificate, which shows integrity only)" },
    { flags: "--runs <folder>", words: "folder of runs, or of the run, where result.json and histories are (default: beside the certificate)" },
    { flags: "--claims <files>", words: "claims files of your own that the run was judged by", parse: listOf },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark verify certificate.json --key key.pem.pub", "its files beside it, signed by whom you trust"],
    ["edgemark verify runs/20261121T104603Z-reference-1", "the certificate of a run of your own"],
    ["edgemark verify vendor.json --key vendor.pub --runs runs --json", "files under runs, one JSON object"],
  ],
  exitCodes: verifyExitCodesInWords,
  async run(given, args, io) {
    const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
    const [keyFile, runs] = [text("key"), text("runs")];
    const claimsFiles = Array.isArray(given["claims"]) ? given["claims"].map(String) : [];
    return runVerify(args[0] ?? "", { ...(keyFile === undefined ? {} : { keyFile }), ...(runs === undefined ? {} : { runs }), claimsFiles, isJson: given["json"] === true, nowMs: Date.now() }, io);
  },
} as const satisfies CommandSpec;
