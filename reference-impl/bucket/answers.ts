// What an operation answers: a status, headers, and a body that is text or streams. Written to the socket in http.ts.

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | StreamedBody;
}

/** A body that is read while it is sent; closed when it was sent or will not be. */
export interface StreamedBody {
  readonly chunks: AsyncIterable<Buffer>;
  readonly close: () => void;
}

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers };
}

export function xmlAnswer(body: string, status = 200): Answer {
  return { status, headers: { "content-type": "application/xml" }, body };
}

/** A wall time as XML answers write it. */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A wall time as headers write it. */
export function httpTime(atMs: number): string {
  return new Date(atMs).toUTCString();
}
