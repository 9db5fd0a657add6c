// Judges a submission folder: files in, problems out. What is wrong with the certificate itself is told by its own
// verification; here stands what makes a folder a submission: its product, and reports that are those of its document.
import type { ResultDocument } from "../../contract/result/document.js";
import { junitReport } from "../junit.js";
import { visible } from "../text.js";
import { parseProduct } from "./product.js";

/** The files of every submission; the histories that the document names come with them. */
export const submissionFiles = { product: "PRODUCT.yaml", certificate: "certificate.json", document: "result.json", junit: "junit.xml" } as const;

export interface SubmissionProblem {
  readonly code: "file-missing" | "file-unexpected" | "product" | "product-differs" | "junit-differs";
  /** What was expected; what came; what to do. */
  readonly message: string;
}

export interface Submission {
  /** Every file in the folder, relative, with / between folders. */
  readonly files: readonly string[];
  /** Content of PRODUCT.yaml and junit.xml; undefined when missing. */
  readonly product: string | undefined;
  readonly junit: string | undefined;
  /** The document, when it could be read. */
  readonly document: ResultDocument | undefined;
  /** Who signed, when the certificate could be opened. */
  readonly keyId: string | undefined;
}

/** @returns everything that is wrong with the folder, certificate left out */
export function submissionProblems(submission: Submission): readonly SubmissionProblem[] {
  return [...fileProblems(submission), ...productProblems(submission), ...junitProblems(submission)];
}

function fileProblems({ files, document }: Submission): SubmissionProblem[] {
  const wanted: readonly string[] = [...Object.values(submissionFiles), ...(document?.histories ?? []).map(({ file }) => file)];
  const missing = Object.values(submissionFiles).filter((file) => !files.includes(file));
  // Without the document nobody knows which histories belong.
  const strange = document === undefined ? [] : files.filter((file) => !wanted.includes(file));
  return [
    ...missing.map((file): SubmissionProblem => ({ code: "file-missing", message: `expected ${file}; it is not in the folder; write the folder again with edgemark submission write` })),
    ...strange.slice(0, 20).map((file): SubmissionProblem => ({ code: "file-unexpected", message: `expected only ${Object.values(submissionFiles).join(", ")} and the histories that the document names; ${visible(file, { limit: 200 })} came; take it out` })),
  ];
}

function productProblems({ product: text, document, keyId }: Submission): SubmissionProblem[] {
  if (text === undefined) return [];
  const { product, problems } = parseProduct(text);
  const differs = (field: string, said: string | undefined, found: string | undefined): SubmissionProblem[] =>
    said === undefined || found === undefined || said === found ? [] : [{ code: "product-differs", message: `expected ${submissionFiles.product} to name what was certified: ${field} ${visible(found, { limit: 200 })}; it says ${visible(said, { limit: 200 })}; correct it, or certify that product` }];
  return [
    ...problems.map((problem): SubmissionProblem => ({ code: "product", message: `${submissionFiles.product}: ${problem}` })),
    ...differs("version", product.version, document?.target.version),
    ...differs("target", product.target, document === undefined ? undefined : `${document.target.name}@${document.target.version}`),
    ...differs("signer", product.signer, keyId),
  ];
}

/** The same Edgemark writes the same file; another version's is told by the certificate. */
function junitProblems({ junit, document }: Submission): SubmissionProblem[] {
  if (junit === undefined || document === undefined || junit === junitReport(document)) return [];
  return [{ code: "junit-differs", message: `expected ${submissionFiles.junit} as Edgemark writes it from ${submissionFiles.document}; it differs; write the folder again with edgemark submission write` }];
}
