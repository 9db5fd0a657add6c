// The site that k6's users visit: login with sessions in KV, a chat room in a Durable Object, orders in D1 with bookmarks, and
// pages that are mostly read.
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly KV?: KVNamespace;
  readonly DB?: D1Database;
  readonly ROOMS?: DurableObjectNamespace<ChatRoom>;
}

/** Everybody in a room gets every message, the sender too. */
export class ChatRoom extends DurableObject {
  override fetch(): Response {
    const [client, server] = Object.values(new WebSocketPair());
    if (client === undefined || server === undefined) return new Response("no socket", { status: 500 });
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(_from: WebSocket, message: string): void {
    for (const socket of this.ctx.getWebSockets()) socket.send(message);
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close(1000);
  }
}

async function login(request: Request, kv: KVNamespace): Promise<Response> {
  const { user } = await request.json<{ user: string }>();
  const session = crypto.randomUUID();
  await kv.put(`session:${session}`, user, { expirationTtl: 3_600 });
  return Response.json({ session });
}

/** Two visitors may write the same page in one second, which a key does not take. */
async function writePage(page: string, text: string, kv: KVNamespace): Promise<Response> {
  try {
    await kv.put(`page:${page}`, text);
    return new Response("written");
  } catch (error) {
    if (error instanceof Error && error.message.includes("429")) return new Response("too many writes of this page", { status: 429 });
    throw error;
  }
}

async function order(request: Request, database: D1Database): Promise<Response> {
  const { id, item } = await request.json<{ id: string; item: string }>();
  const session = database.withSession("first-primary");
  await session.prepare("INSERT INTO orders (id, item) VALUES (?, ?)").bind(id, item).run();
  return Response.json({ bookmark: session.getBookmark() });
}

async function orderStatus(url: URL, database: D1Database): Promise<Response> {
  const session = database.withSession(url.searchParams.get("bookmark") ?? "first-unconstrained");
  const item = await session.prepare("SELECT item FROM orders WHERE id = ?").bind(url.searchParams.get("id")).first<string>("item");
  return Response.json({ item, bookmark: session.getBookmark() }, { status: item === null ? 404 : 200 });
}

async function setUp({ KV, DB }: Env): Promise<Response> {
  await DB?.exec("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, item TEXT)");
  for (let page = 0; KV !== undefined && page < 50; page++) await KV.put(`page:${page}`, `page ${page} `.repeat(100));
  return new Response("ready");
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case "POST /setup":
        return setUp(env);
      case "POST /login":
        return env.KV === undefined ? new Response("no KV", { status: 501 }) : login(request, env.KV);
      case "GET /me": {
        const user = await env.KV?.get(`session:${url.searchParams.get("session") ?? ""}`);
        return user == null ? new Response("who are you?", { status: 401 }) : new Response(user);
      }
      case "GET /page": {
        const text = await env.KV?.get(`page:${url.searchParams.get("n") ?? ""}`);
        return text == null ? new Response("no such page", { status: 404 }) : new Response(text);
      }
      case "POST /page":
        return env.KV === undefined ? new Response("no KV", { status: 501 }) : writePage(url.searchParams.get("n") ?? "", await request.text(), env.KV);
      case "GET /chat": {
        const room = env.ROOMS?.getByName(url.searchParams.get("room") ?? "lobby");
        return room === undefined ? new Response("no rooms", { status: 501 }) : room.fetch(request);
      }
      case "POST /order":
        return env.DB === undefined ? new Response("no D1", { status: 501 }) : order(request, env.DB);
      case "GET /order":
        return env.DB === undefined ? new Response("no D1", { status: 501 }) : orderStatus(url, env.DB);
      default:
        return new Response("hello\n");
    }
  },
} satisfies ExportedHandler<Env>;
