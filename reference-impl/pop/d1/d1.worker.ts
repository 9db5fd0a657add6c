// The D1 service of a PoP. Users' workers reach it through their native D1 binding, over HTTP or RPC. Writes, and reads
// outside of sessions, go to the database's primary; reads of sessions go to this PoP's replica where it may answer.
import { WorkerEntrypoint } from "cloudflare:workers";
import { firstPrimary, firstUnconstrained, parseBookmark, type Bookmark } from "./bookmark.js";
import { Refusal, refusals } from "./refusal.js";
import { d1Env, primaryName, replicaName, servedDatabases } from "./settings.worker.js";
import { analysed } from "./statements.js";
import { bookmarkHeader, received, type CallAnswer, type Form, type Parameter, type Query, type SentQuery } from "./wire.js";

export { D1Admin } from "./admin.worker.js";
export { D1Primary } from "./primary.worker.js";
export { D1Replica } from "./replica.worker.js";

/** What the configuration says of a binding. */
interface D1Props {
  readonly database: string;
}

/** "up to two retries" of calls that only read (D1-31); between them a primary that lost its PoP finds another. */
const retryPausesMs = [60, 400];

/** What the native binding sends over RPC. */
interface RpcRequest {
  readonly queries: readonly { readonly sql: string; readonly params?: readonly RpcParameter[] }[];
  readonly bookmark?: string;
}

export default class D1Service extends WorkerEntrypoint<unknown, D1Props> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || (pathname !== "/query" && pathname !== "/execute")) return Response.json({ success: false, error: "Not found" }, { status: 404 });
    const token = request.headers.get(bookmarkHeader)?.trim() ?? "";
    const body = await request.json<SentQuery | readonly SentQuery[]>();
    const queries = (Array.isArray(body) ? (body as readonly SentQuery[]) : [body as SentQuery]).map(received);
    const form = searchParams.get("resultsFormat") === "ROWS_AND_COLUMNS" ? "columns" : "objects";
    const answer = await serve(this.ctx.props.database, queries, form, token);
    if (!answer.ok) return Response.json({ success: false, error: answer.error });
    const headers = { "content-type": "application/json", ...(token === "" ? {} : { [bookmarkHeader]: answer.bookmark }) };
    return new Response(answer.results, { headers });
  }

  /** The binding's RPC form, behind the compatibility flag d1_binding_jsrpc. */
  async query(request: RpcRequest): Promise<unknown> {
    const token = request.bookmark?.trim() ?? "";
    const queries = request.queries.map(({ sql, params }) => ({ sql, params: (params ?? []).map(plain) }));
    const answer = await serve(this.ctx.props.database, queries, "rpc", token);
    if (!answer.ok) throw new Error(answer.error);
    const results: unknown = JSON.parse(answer.results);
    return token === "" ? { results } : { results, bookmark: answer.bookmark };
  }
}

type RpcParameter = string | number | boolean | null | ArrayBuffer | ArrayBufferView | readonly number[];

function plain(parameter: RpcParameter): Parameter {
  if (typeof parameter === "boolean") return parameter ? 1 : 0;
  if (parameter instanceof ArrayBuffer) return new Uint8Array(parameter);
  if (ArrayBuffer.isView(parameter)) return new Uint8Array(parameter.buffer, parameter.byteOffset, parameter.byteLength);
  return typeof parameter === "object" && parameter !== null ? Uint8Array.from(parameter) : parameter;
}

async function serve(database: string, queries: readonly Query[], form: Form, token: string): Promise<CallAnswer> {
  servedDatabases.add(database);
  const isReadOnly = queries.every(({ sql }) => analysed(sql).isReadOnly);
  try {
    const minimum = minimumOf(token);
    if (isReadOnly && (minimum !== null || token === firstUnconstrained)) {
      const answer = await askReplica(database, queries, form, minimum);
      if (answer !== undefined) return answer;
    }
    return await askPrimary(database, queries, form, minimum === null ? "" : token, token !== "");
  } catch (cause) {
    return { ok: false, error: cause instanceof Error ? cause.message : String(cause), bookmark: "" };
  }
}

/** @throws Refusal for a token that is neither a constraint nor a bookmark */
function minimumOf(token: string): Bookmark | null {
  if (token === "" || token === firstPrimary || token === firstUnconstrained) return null;
  const bookmark = parseBookmark(token);
  if (bookmark === undefined) throw new Refusal(refusals.bookmarkForm);
  return bookmark;
}

/** @returns undefined when the replica is not the one to ask, or not to be reached */
async function askReplica(database: string, queries: readonly Query[], form: Form, minimum: Bookmark | null): Promise<CallAnswer | undefined> {
  const work = queries.filter(({ sql }) => analysed(sql).statements > 0);
  if (work.length === 0 || work.some(({ sql }) => analysed(sql).refusal !== undefined)) return undefined;
  const replica = d1Env.REPLICA.getByName(replicaName(database, d1Env.POP_ID));
  try {
    const answer = await replica.read(database, work, form, minimum);
    return answer === "ask-primary" ? undefined : answer;
  } catch (cause) {
    console.warn(`the replica of ${database} did not answer`, cause);
    return undefined;
  }
}

/** Sends a call again when the primary lost its PoP or is being handed over; the primary sees to it that a write is made once. */
async function askPrimary(database: string, queries: readonly Query[], form: Form, token: string, isSession: boolean): Promise<CallAnswer> {
  const id = crypto.randomUUID();
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await d1Env.PRIMARY.getByName(primaryName(database)).call(queries, form, token, isSession, { id, attempt });
      return answer.ok && attempt > 0 ? { ...answer, results: answer.results.replaceAll('"total_attempts":1}', `"total_attempts":${attempt + 1}}`) } : answer;
    } catch (cause) {
      const pauseMs = retryPausesMs[attempt];
      if (pauseMs === undefined || !isRetryable(cause)) throw cause;
      await scheduler.wait(pauseMs);
    }
  }
}

function isRetryable(cause: unknown): boolean {
  return cause instanceof Error && "retryable" in cause && cause.retryable === true;
}
