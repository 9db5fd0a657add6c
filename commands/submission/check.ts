// edgemark submission check: does this folder hold what a submission must, and does its certificate still hold? For the
// vendor before handing in, and for whoever keeps a list of certified products, every day.
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { EdgemarkError, exitCodes, messageOf } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { parseResult } from "../../contract/result/parse.js";
import { exitCodeOfProblems, type Problem } from "../../reports/certificate/problems.js";
import type { OpenedCertificate } from "../../reports/certificate/verify.js";
import { submissionFiles, submissionProblems, type SubmissionProblem } from "../../reports/submission/check.js";
import { visible } from "../../reports/text.js";
import { levelWords } from "../../reports/words.js";
import type { CommandSpec } from "../command.js";
import type { CommandIo } from "../io.js";
import { verifyAt, verifyExitCodesInWords } from "../verify.js";

export interface SubmissionCheckOptions {
  /** PEM file of the vendor's public key, as the vendor publishes it. */
  readonly keyFile?: string;
  readonly isJson: boolean;
  /** Wall time, ms since 1970. */
  readonly nowMs: number;
}

const largestFileBytes = 512 * 1024 * 1024;
const mostFiles = 1_000;

/**
 * @returns 0 when the submission holds, 1 for a folder that is wrong, else the code of `edgemark verify`
 * @throws EdgemarkError usage.input when there is no such folder
 */
export async function runSubmissionCheck(folder: string, { keyFile, isJson, nowMs }: SubmissionCheckOptions, io: Pick<CommandIo, "out">): Promise<number> {
  const files = await filesIn(folder);
  const hasCertificate = files.includes(submissionFiles.certificate);
  const verified = hasCertificate ? await verifyAt(join(folder, submissionFiles.certificate), { nowMs, ...(keyFile === undefined ? {} : { keyFile }) }) : { problems: [], certificate: undefined };
  const text = async (name: string): Promise<string | undefined> => (files.includes(name) ? readFile(join(folder, name), "utf8") : undefined);
  const problems: readonly (Problem | SubmissionProblem)[] = [
    ...verified.problems,
    ...submissionProblems({ files, product: await text(submissionFiles.product), junit: await text(submissionFiles.junit), document: readDocument(await text(submissionFiles.document)), keyId: verified.certificate?.keyId }),
  ];
  io.out(isJson ? `${JSON.stringify(asData(folder, problems, verified.certificate))}\n` : inWords(folder, problems, verified.certificate, keyFile !== undefined));
  if (problems.length === 0) return exitCodes.held;
  return verified.problems.length > 0 ? exitCodeOfProblems(verified.problems) : exitCodes.failed;
}

/** What is no document is told by the certificate, whose digest it has or has not. */
function readDocument(text: string | undefined): ResultDocument | undefined {
  if (text === undefined) return undefined;
  try {
    return parseResult(text, submissionFiles.document);
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
    if (files.length > mostFiles) throw new Error(`it has ${files.length} files, more than ${mostFiles}`);
    for (const file of Object.values(submissionFiles)) {
      const facts = await stat(join(folder, file)).catch(() => undefined);
      if (facts === undefined) continue;
      // A pipe or a device that a stranger put there is not read.
      if (!facts.isFile() || facts.size > largestFileBytes) throw new Error(`${file} is no regular file of at most ${largestFileBytes} bytes`);
    }
    return files;
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected the folder of a submission; ${folder}: ${messageOf(cause)}; write one with edgemark submission write`, { cause });
  }
}

function asData(folder: string, problems: readonly (Problem | SubmissionProblem)[], certificate: OpenedCertificate | undefined): object {
  const { target, level, expiresAt } = certificate?.statement ?? {};
  return { folder, holds: problems.length === 0, problems, ...(certificate === undefined ? {} : { target, level, expiresAt, signer: { keyId: certificate.keyId, isTrusted: certificate.isKeyGiven } }) };
}

function inWords(folder: string, problems: readonly (Problem | SubmissionProblem)[], certificate: OpenedCertificate | undefined, isKeyGiven: boolean): string {
  const about = certificate === undefined ? [] : [`  ${visible(certificate.statement.target, { limit: 80 })}, level ${levelWords[certificate.statement.level]}, until ${certificate.statement.expiresAt}`, `  signed by ${certificate.keyId}${isKeyGiven ? ", the key you gave" : "; compare it with the key the vendor publishes, or give that with --key"}`];
  const wrong = problems.map(({ code, message }) => `  ${visible(message, { lines: true }).replaceAll("\n", "\n  ")} (${code})`);
  return `${problems.length === 0 ? "✓ The submission holds" : "✗ The submission does not hold"}: ${folder}\n${[...about, ...wrong].join("\n")}\n`;
}

export const submissionCheckCommand = {
  name: "submission check",
  summary: "Checks a submission: its files, its product, and that its certificate holds today.",
  args: [{ flags: "<folder>", words: "the folder of the submission" }],
  options: [
    { flags: "--key <file>", words: "PEM file of the public key that the vendor publishes (default: the key in the certificate, which shows integrity only)" },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark submission check acme-edge-2.1", "before it is handed in"],
    ["edgemark submission check acme-edge-2.1 --key acme.pub", "by whoever receives it"],
    ["edgemark submission check acme-edge-2.1 --json", "one JSON object, for a list of products"],
  ],
  exitCodes: verifyExitCodesInWords.replace("valid\n", "the submission holds\n").replace("not valid in another way than below", "a file missing or too many, a PRODUCT.yaml or junit.xml that is wrong"),
  async run(given, args, io) {
    const keyFile = typeof given["key"] === "string" ? given["key"] : undefined;
    return runSubmissionCheck(args[0] ?? "", { isJson: given["json"] === true, nowMs: Date.now(), ...(keyFile === undefined ? {} : { keyFile }) }, io);
  },
} as const satisfies CommandSpec;
