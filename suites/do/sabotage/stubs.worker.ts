// Defects of stubs, of what answers through them, and of objects that two workers or two versions of one share.
import { namespaceOf, patch, patchStubs, type PlantedSabotage, type StubCall } from "./defect.worker.js";

type Bindings = Readonly<Record<string, unknown>>;

const broken = new Set<string>();
const idOf = ({ stub }: StubCall): string => String((stub as DurableObjectStub).id);

/** A stub whose members are others where the table has them. */
function withMembers(stub: object, members: Readonly<Record<string, unknown>>): object {
  return new Proxy(stub, {
    get(target, property) {
      if (typeof property === "string" && Object.hasOwn(members, property)) return members[property];
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (...given: unknown[]): unknown => Reflect.apply(value as (...of: unknown[]) => unknown, target, given) : value;
    },
  });
}

const isSecondVersion = (env: Bindings): boolean => env["GREETING"] === "second version";

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "stub-starts-its-object",
    what: "Making a stub starts the object.",
    caughtBy: ["do.stub.passive"],
    defect: {
      env(env) {
        for (const name of ["get", "getByName"]) {
          patch(namespaceOf(env), name, (original, given) => {
            const stub = original(...given) as { nonce(): Promise<unknown> };
            void stub.nonce().catch(() => undefined);
            return stub;
          });
        }
      },
    },
  },
  {
    name: "stub-forgets-its-name",
    what: "A stub does not know the name of its object.",
    caughtBy: ["do.stub.identity", "do.id.by-name"],
    defect: {
      env(env) {
        for (const name of ["get", "getByName"]) patch(namespaceOf(env), name, (original, given) => withMembers(original(...given) as object, { name: undefined }));
      },
    },
  },
  {
    name: "target-shows-its-own",
    what: "What only the instance of an RpcTarget has can be read.",
    caughtBy: ["do.rpc.target.own-members"],
    defect: {
      env: (env) =>
        patchStubs(env, async ({ property, carryOut, given }) => {
          const result = await carryOut(...given);
          return property === "tally" ? withMembers(result as object, { field: Promise.resolve("an instance's own property") }) : result;
        }),
    },
  },
  {
    name: "object-ended-by-an-exception",
    what: "An object whose fetch has thrown answers nothing any more.",
    caughtBy: ["do.error.after.fetch"],
    defect: {
      env: (env) =>
        patchStubs(env, async (call) => {
          if (broken.has(idOf(call))) throw new Error("the object is broken");
          try {
            return await call.carryOut(...call.given);
          } catch (error) {
            if (call.property === "fetch") broken.add(idOf(call));
            throw error;
          }
        }),
    },
  },
  {
    name: "borrowed-class-has-its-own-objects",
    what: "A worker that binds the class of another has objects of its own.",
    caughtBy: ["do.script"],
    defect: {
      env(env) {
        if ("OWNER" in env) for (const name of ["idFromName", "getByName"]) patch(namespaceOf(env), name, (original, [given]) => original(`${String(given)} of the borrower`));
      },
    },
  },
  {
    name: "version-forgets-storage",
    what: "Objects of a new version do not find what those of the version before have stored.",
    caughtBy: ["do.version"],
    defect: {
      state({ storage }, env) {
        if (isSecondVersion(env)) patch(storage, "get", async () => undefined);
      },
    },
  },
  {
    name: "version-locks-rooms",
    what: "Nobody can enter a room whose sockets were closed by a new version.",
    caughtBy: ["do.version.sockets"],
    defect: {
      fetch: (request, next, env) => (isSecondVersion(env) && new URL(request.url).pathname === "/room" ? Promise.resolve(new Response("closed", { status: 503 })) : next(request)),
    },
  },
];
