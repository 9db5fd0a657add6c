// edgemark submission write: puts what a vendor hands in into one folder: the certificate, the document, its histories,
// JUnit, and the vendor's words about the product, as a form when there are none yet.
import { cp, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EdgemarkError, exitCodes, messageOf } from "../../contract/errors.js";
import { parseResult } from "../../contract/result/parse.js";
import { writeOne, writeReports } from "../../reports/index.js";
import { submissionFiles } from "../../reports/submission/check.js";
import { productForm } from "../../reports/submission/product.js";
import type { CommandSpec } from "../command.js";
import { findRun, readRunText } from "../find-run.js";
import type { CommandIo } from "../io.js";
import { verifyAt } from "../verify.js";

export interface SubmissionWriteOptions {
  readonly out: string;
  /** A PRODUCT.yaml that exists; without one a form is written. */
  readonly productFile?: string;
  readonly runs: string;
  readonly isJson: boolean;
  /** Wall time, ms since 1970. */
  readonly nowMs: number;
}

/**
 * @param path the folder of a signed run, or "latest"
 * @returns 0 when the folder was written
 * @throws EdgemarkError usage.input for a run whose certificate does not hold, usage.output for a folder that cannot be written
 */
export async function runSubmissionWrite(path: string, options: SubmissionWriteOptions, io: Pick<CommandIo, "out" | "err">): Promise<number> {
  const file = await findRun(path, options.runs);
  const folder = dirname(file);
  const { problems, certificate } = await verifyAt(await certificateIn(folder), { nowMs: options.nowMs });
  if (problems.length > 0 || certificate === undefined) {
    throw new EdgemarkError("usage.input", `expected a run whose certificate holds; ${folder}:\n${problems.map(({ message, code }) => `  ${message} (${code})`).join("\n")}\ncertify again with --sign`);
  }
  const document = parseResult(await readRunText(file), file);
  const target = { name: document.target.name, version: document.target.version };
  await mkdir(options.out, { recursive: true }).catch(unwritable(options.out));
  // As they were signed, byte by byte.
  for (const name of [submissionFiles.certificate, submissionFiles.document, ...document.histories.map((history) => history.file)]) await cp(join(folder, name), join(options.out, name)).catch(unwritable(join(options.out, name)));
  await writeReports(document, options.out, ["junit"]);
  const product = join(options.out, submissionFiles.product);
  const isKept = options.productFile === undefined && (await stat(product).catch(() => undefined)) !== undefined;
  if (options.productFile !== undefined) await writeOne(product, await readFile(options.productFile, "utf8").catch(unreadable(options.productFile)));
  else if (!isKept) await writeOne(product, productForm({ vendor: document.target.vendor, name: target.name, version: target.version, target: `${target.name}@${target.version}`, signer: certificate.keyId }));
  if (options.isJson) io.out(`${JSON.stringify({ folder: options.out, product, isForm: options.productFile === undefined && !isKept })}\n`);
  else io.out(`${options.out}\n`);
  io.err(options.productFile === undefined && !isKept ? `fill in ${product}, then: edgemark submission check ${options.out}\n` : `see that it holds: edgemark submission check ${options.out}\n`);
  return exitCodes.held;
}

async function certificateIn(folder: string): Promise<string> {
  const path = join(folder, submissionFiles.certificate);
  if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
  throw new EdgemarkError("usage.input", `expected a signed run; ${folder} has no ${submissionFiles.certificate}; certify with --sign key.pem`);
}

function unwritable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new EdgemarkError("usage.output", `expected to write ${path}; ${messageOf(cause)}; choose a folder that can be written, with --out`, { cause });
  };
}

function unreadable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new EdgemarkError("usage.input", `expected a PRODUCT.yaml that can be read; ${path}: ${messageOf(cause)}; correct --product, or leave it out for a form`, { cause });
  };
}

export const submissionWriteCommand = {
  name: "submission write",
  summary: "Writes the folder that a vendor hands in: certificate, document, histories, JUnit and PRODUCT.yaml.",
  args: [{ flags: "<run>", words: "folder or id of a signed run, or latest" }],
  options: [
    { flags: "--out <folder>", words: "where the submission goes (default: submission)" },
    { flags: "--product <file>", words: "your PRODUCT.yaml (default: the one in the folder, else a form to fill in)" },
    { flags: "--runs <folder>", words: "where runs are kept (default: runs)" },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark certify --target ./my-adapter --profile full --sign key.pem", "first: a signed run"],
    ["edgemark submission write latest --out acme-edge-2.1", "the folder, with a form for the product"],
    ["edgemark submission check acme-edge-2.1", "what is still missing"],
  ],
  exitCodes: "Exit codes:\n  0  written\n  2  no such run, no certificate that holds, or a folder that cannot be\n     written",
  async run(given, args, io) {
    const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
    const productFile = text("product");
    return runSubmissionWrite(args[0] ?? "", { out: text("out") ?? "submission", runs: text("runs") ?? "runs", isJson: given["json"] === true, nowMs: Date.now(), ...(productFile === undefined ? {} : { productFile }) }, io);
  },
} as const satisfies CommandSpec;
