// The errors of the store, in S3's own words: one table from code to HTTP status, and one class that carries a code.

/** Every error code the store can answer, with its HTTP status. A new code is a line here. */
export const statusOfCode = {
  AccessDenied: 403,
  BadDigest: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InsufficientStorage: 507,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const satisfies Record<string, number>;

export type BucketErrorCode = keyof typeof statusOfCode;

/** An error that a client of the store is told. */
export class BucketError extends Error {
  readonly code: BucketErrorCode;
  constructor(code: BucketErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BucketError";
    this.code = code;
  }
  get status(): number {
    return statusOfCode[this.code];
  }
}

/**
 * Any failure as a {@link BucketError}: a disk that is full answers as a full disk, everything else as our fault.
 * @param thrown what a file-system call or our own code threw
 */
export function toBucketError(thrown: unknown): BucketError {
  if (thrown instanceof BucketError) return thrown;
  const systemCode = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (systemCode === "ENOSPC" || systemCode === "EDQUOT") {
    return new BucketError("InsufficientStorage", "The disk under the store is full; nothing was written. Free space and try again.", { cause: thrown });
  }
  return new BucketError("InternalError", `The store failed: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, { cause: thrown });
}
