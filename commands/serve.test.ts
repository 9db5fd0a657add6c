// Serves a real project with the real edge, as a person does: from the command line, with an editor and Ctrl-C.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../edgemark.js", import.meta.url));

const configuration = `
name = "greeter"
main = "src/index.ts"
compatibility_date = "2026-10-01"
kv_namespaces = [{ binding = "KV", id = "greetings" }]
vars = { GREETING = "hello", LIMITS = { most = 3 } }
triggers = { crons = ["0 0 1 1 *"] }
r2_buckets = [{ binding = "FILES", bucket_name = "files" }]
[[durable_objects.bindings]]
name = "COUNTER"
class_name = "Counter"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
`;

const source = (version: string): string => `
import { DurableObject } from "cloudflare:workers";
import words from "./words.txt";
interface Env { KV: KVNamespace; COUNTER: DurableObjectNamespace<Counter>; GREETING: string; LIMITS: { most: number }; TOKEN: string }
export class Counter extends DurableObject {
  async next(): Promise<number> {
    const count = ((await this.ctx.storage.get<number>("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }
}
export default {
  async fetch(request: Request<unknown, IncomingRequestCfProperties>, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/version") return new Response((await request.text()) + "${version}");
    if (pathname === "/put") await env.KV.put("key", "kept");
    console.log("asked for", pathname);
    const counter = env.COUNTER.get(env.COUNTER.idFromName("one"));
    return Response.json({ version: "${version}", words, greeting: env.GREETING, most: env.LIMITS.most, token: env.TOKEN, kept: await env.KV.get("key"), count: await counter.next(), colo: request.cf?.colo });
  },
  async scheduled(event: ScheduledController): Promise<void> {
    console.log("cron", event.cron);
  },
};
`;

describe("edgemark serve", function () {
  this.timeout(180_000);
  let folder = "";
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-serve-"));
    await mkdir(join(folder, "tmp"));
    await mkdir(join(folder, "project", "src"), { recursive: true });
    await writeFile(join(folder, "project", "wrangler.toml"), configuration);
    await writeFile(join(folder, "project", ".dev.vars"), "TOKEN=secret\n");
    await writeFile(join(folder, "project", "src", "words.txt"), "from a file");
    await writeFile(join(folder, "project", "src", "index.ts"), source("one"));
  });
  afterEach(async () => {
    if (running?.exitCode === null && running.signalCode === null) {
      const ended = new Promise((resolve) => running?.once("exit", resolve));
      running.kill("SIGTERM");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  function serve(...args: string[]): { readonly child: ChildProcess; out: () => string; err: () => string; readonly ended: Promise<number | null> } {
    const child = spawn(process.execPath, [program, "serve", ...args], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, TMPDIR: join(folder, "tmp") } });
    running = child;
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { child, out: () => out, err: () => err, ended };
  }

  it("serves a project at every PoP, follows its changes and leaves nothing behind", async () => {
    const { child, out, err, ended } = serve(join(folder, "project"), "--port", "0", "--pops", "2", "--json");
    await until(() => out().includes("\n") || child.exitCode !== null, () => err());
    const ready = JSON.parse(out()) as { anycast: string; pops: { id: string; city: string; url: string }[]; projects: { name: string }[] };
    assert.deepEqual(ready.pops.map(({ id, city }) => `${id} ${city}`), ["fra Frankfurt", "iad Ashburn"]);
    assert.deepEqual(ready.projects.map(({ name }) => name), ["greeter"]);
    assert.match(err(), /not supported yet, ignored: r2_buckets \(FILES\)/);
    const [fra = "", iad = ""] = ready.pops.map(({ url }) => url);
    // A connection that idles is closed by the other side, and a request that is just then sent on it is lost.
    const text = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: "close" } })).text();

    const expected = { version: "one", words: "from a file", greeting: "hello", most: 3, token: "secret", kept: "kept" };
    assert.deepEqual(JSON.parse(await text(`${fra}/put`)), { ...expected, count: 1, colo: "FRA" });
    assert.deepEqual(JSON.parse(await text(`${iad}/`)), { ...expected, count: 2, colo: "IAD" });
    await until(() => /^fra \| asked for \/put$/m.test(err()) && /^iad \| asked for \/$/m.test(err()), err);

    child.stdin?.write("cron\n");
    await until(() => /^fra \| cron 0 0 1 1 \*$/m.test(err()) && err().includes("cron 0 0 1 1 * of greeter: ok"), err);

    // No request may be lost while the new version comes, not even one that began at the old version and is still sent.
    let finish: () => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from("begun at "));
        finish = () => controller.close();
      },
    });
    const begun = fetch(`${ready.anycast}/version`, { method: "POST", body, duplex: "half" });
    await writeFile(join(folder, "project", "src", "index.ts"), source("two"));
    await until(async () => {
      const answer = await fetch(`${ready.anycast}/version`);
      assert.equal(answer.status, 200);
      return (await answer.text()) === "two";
    }, err);
    assert.equal(await text(`${iad}/version`), "two");
    finish();
    assert.equal(await (await begun).text(), "begun at one");

    await writeFile(join(folder, "project", "src", "index.ts"), `${source("three")}\nconst broken = ;\n`);
    await until(() => err().includes("esbuild refused it (src/index.ts:") && err().includes("the previous version keeps serving"), err);
    assert.equal(await text(`${fra}/version`), "two");
    assert.equal((JSON.parse(await text(`${iad}/`)) as { count: number }).count, 3);

    child.kill("SIGINT");
    assert.equal(await ended, 0, err());
    assert.match(err(), /stopped\n$/);
    assert.deepEqual(await processesThatMention(folder), []);
    assert.deepEqual(await readdir(join(folder, "tmp")), []);
    assert.equal(out().trimEnd().split("\n").length, 1);
  });

  it("applies the migrations of a D1 database, once and in order, and names what it does not support", async () => {
    const [project, migrations] = [join(folder, "project"), join(folder, "project", "db", "steps")];
    await mkdir(migrations, { recursive: true });
    await writeFile(join(project, "wrangler.toml"), `name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-10-01"\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\ndatabase_id = "1"\nmigrations_dir = "db/steps"\nremote = true\n`);
    await writeFile(join(project, "src", "index.ts"), `export default { fetch: async (_: Request, { DB }: { DB: D1Database }) => Response.json((await DB.withSession("first-primary").prepare("SELECT name, (SELECT count(*) FROM seen) AS seen FROM item ORDER BY id").all()).results) };`);
    await writeFile(join(migrations, "0002_items.sql"), "INSERT INTO item (name) VALUES ('it''s; one'), ('two');\n");
    await writeFile(join(migrations, "0001_schema.sql"), "-- the shop\nCREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);\nCREATE TABLE seen (id);\nCREATE TRIGGER look AFTER INSERT ON item BEGIN INSERT INTO seen VALUES (new.id); END;\n");
    const { child, out, err, ended } = serve(project, "--port", "0", "--pops", "1", "--json");
    await until(() => out().includes("\n") || child.exitCode !== null, () => err());
    const { anycast } = JSON.parse(out()) as { anycast: string };
    const items = async (): Promise<unknown> => (await fetch(anycast, { headers: { connection: "close" } })).json();
    assert.deepEqual(await items(), [{ name: "it's; one", seen: 2 }, { name: "two", seen: 2 }]);
    assert.match(err(), /not supported, ignored: d1_databases\.remote \(DB\)/);
    assert.match(err(), /migrations of DB applied: 0001_schema\.sql, 0002_items\.sql/);

    await writeFile(join(migrations, "0002_items.sql"), "INSERT INTO item (name) VALUES ('changed later');\nINSERT INTO item (name) VALUES ('not applied again');\n");
    await writeFile(join(migrations, "0003_broken.sql"), "INSERT INTO item (name) VALUES ('three');\nINSERT INTO gone VALUES (1);\n");
    await until(() => /expected the migration 0003_broken\.sql of DB to apply; D1_ERROR: no such table: gone/.test(err()), err);
    assert.deepEqual(await items(), [{ name: "it's; one", seen: 2 }, { name: "two", seen: 2 }]);

    child.kill("SIGINT");
    assert.equal(await ended, 0, err());
  });

  it("says what is wrong before it starts anything", async () => {
    const broken = join(folder, "project", "wrangler.toml");
    await writeFile(broken, `name = "a"\nmain = "src/gone.ts"\n`);
    const missing = serve(broken, "--port", "0");
    assert.equal(await missing.ended, 2);
    assert.match(missing.err(), /there is no such file; correct main.*\(usage\.input\)/);

    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const busy = serve("--port", String(port), "--pops", "1");
    assert.equal(await busy.ended, 2);
    assert.match(busy.err(), new RegExp(`${port} is taken.*\\(usage\\.port\\)`));
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(await readdir(join(folder, "tmp")), []);
  });
});

/** Polls until a condition holds. @throws with what was seen last when it does not within a minute, however busy the machine is */
async function until(condition: () => boolean | Promise<boolean>, seen: () => string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) assert.fail(`it did not come to that; seen last:\n${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Living processes, other than this one, whose command line or environment names a folder. */
async function processesThatMention(folder: string): Promise<string[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const found = await Promise.all(
    ids.map(async (id) => {
      const texts = await Promise.all(["cmdline", "environ"].map((name) => readFile(`/proc/${id}/${name}`, "latin1").catch(() => "")));
      return texts.some((text) => text.includes(folder)) ? [`${id} ${texts[0]?.replaceAll("\0", " ") ?? ""}`] : [];
    }),
  );
  return found.flat();
}
