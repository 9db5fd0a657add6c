// Minimum common web API: WebAssembly. Workers documents that compiling from bytes at run time is refused for security;
// programs arrive as modules of the deployment (the check workers.module.wasm runs one). So an entry that takes bytes
// passes when it works and when it is refused as documented, and fails when it does anything else.
import type { IsolateCase } from "../../tools/case.js";
import { alike, holds, rejects, same, throws } from "../../tools/assert.js";

/** (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)) */
const addition = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0,
  32, 1, 106, 11,
]);

/** What of WebAssembly is tested here; the type libraries of isolates leave most of it out. */
interface Wasm {
  readonly Module: { new (bytes: Uint8Array): object; exports(module: object): unknown };
  readonly Instance: { new (module: object, imports?: object): { readonly exports: object } };
  readonly Memory: { new (limits: object): { readonly buffer: ArrayBuffer; grow(pages: number): number } };
  readonly Table: { new (limits: object): { readonly length: number; get(index: number): unknown; set(index: number, value: unknown): void; grow(by: number): number } };
  readonly Global: { new (type: object, value: unknown): { value: unknown; valueOf(): unknown } };
  readonly Tag: { new (type: object): object };
  readonly Exception: { new (tag: object, payload: readonly unknown[]): { is(tag: object): boolean; getArg(tag: object, index: number): unknown } };
  readonly CompileError: { new (message: string): Error };
  readonly LinkError: { new (message: string): Error };
  readonly RuntimeError: { new (message: string): Error };
  readonly JSTag: object;
  compile(bytes: unknown): Promise<object>;
  compileStreaming: ((source: unknown) => Promise<object>) | undefined;
  instantiate(bytes: unknown, imports?: object): Promise<{ readonly instance: { readonly exports: object } }>;
  instantiateStreaming: ((source: unknown) => Promise<{ readonly instance: { readonly exports: object } }>) | undefined;
  validate(bytes: unknown): boolean;
}

function wasm(): Wasm {
  const found: unknown = Reflect.get(globalThis, "WebAssembly");
  return found as Wasm;
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "CompileError" && /disallow|not allowed|refused|blocked|code generation/i.test(thrown.message);
}

/** Runs an action, and answers undefined when it was refused as documented. */
async function unlessRefused<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    if (isRefusal(thrown)) return undefined;
    throw thrown;
  }
}

function addsUp(exports: object): void {
  const add: unknown = Reflect.get(exports, "add");
  holds(typeof add === "function", "the export add is a function");
  same(Reflect.apply(add as () => unknown, undefined, [40, 2]), 42, "add(40, 2)");
}

const wasmResponse = (): Response => new Response(addition, { headers: { "content-type": "application/wasm" } });

function errorCase(name: "CompileError" | "LinkError" | "RuntimeError", id: string, promise: string): IsolateCase {
  return {
    id,
    entry: `WebAssembly.${name}`,
    subject: `WebAssembly.${name}`,
    promise,
    run() {
      const error = new (wasm()[name])("why");
      holds(error instanceof Error, `a ${name} is an Error`);
      alike([error.name, error.message], [name, "why"], "name and message");
    },
  };
}

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.api.webassembly-global",
    entry: "WebAssembly.Global",
    subject: "WebAssembly.Global",
    promise: "WebAssembly.Global holds a value, and only a mutable one changes",
    run() {
      const variable = new (wasm().Global)({ value: "i32", mutable: true }, 1);
      const constant = new (wasm().Global)({ value: "i64" }, 5n);
      variable.value = 2 ** 32 + 3;

      same(variable.value, 3, "a mutable i32, wrapped");
      same(constant.value, 5n, "a constant i64");
      throws(() => (constant.value = 6n), ["TypeError"], "setting a constant");
    },
  },
  {
    id: "workers.api.webassembly-instance",
    entry: "WebAssembly.Instance",
    subject: "WebAssembly.Instance",
    promise: "WebAssembly.Instance runs a module's exports, and accepts nothing but a module",
    async run() {
      same(typeof wasm().Instance, "function", "typeof WebAssembly.Instance");
      throws(() => new (wasm().Instance)({}), ["TypeError"], "an instance of no module");
      const module = await unlessRefused(() => new (wasm().Module)(addition));
      if (module !== undefined) addsUp(new (wasm().Instance)(module).exports);
    },
  },
  {
    id: "workers.api.webassembly-memory",
    entry: "WebAssembly.Memory",
    subject: "WebAssembly.Memory",
    promise: "WebAssembly.Memory grows by pages up to its maximum and detaches the old buffer",
    run() {
      const memory = new (wasm().Memory)({ initial: 1, maximum: 2 });
      const old = memory.buffer;
      new Uint8Array(old)[7] = 9;

      const before = memory.grow(1);

      alike([before, memory.buffer.byteLength, old.byteLength], [1, 131_072, 0], "old pages, new bytes, bytes of the old buffer");
      same(new Uint8Array(memory.buffer)[7], 9, "a byte that was written before");
      throws(() => memory.grow(1), ["RangeError"], "growing beyond the maximum");
    },
  },
  {
    id: "workers.api.webassembly-module",
    entry: "WebAssembly.Module",
    subject: "WebAssembly.Module",
    promise: "WebAssembly.Module compiles bytes or refuses to, and rejects what is no program",
    async run() {
      throws(() => new (wasm().Module)(Uint8Array.from([1, 2, 3])), ["CompileError"], "bytes that are no program");
      const module = await unlessRefused(() => new (wasm().Module)(addition));
      if (module === undefined) return;
      alike(wasm().Module.exports(module), [{ name: "add", kind: "function" }], "the module's exports");
    },
  },
  {
    id: "workers.api.webassembly-table",
    entry: "WebAssembly.Table",
    subject: "WebAssembly.Table",
    promise: "WebAssembly.Table keeps references, grows, and refuses an index beyond its end",
    run() {
      const table = new (wasm().Table)({ element: "externref", initial: 1 });
      const thing = { a: 1 };
      table.set(0, thing);

      same(table.get(0), thing, "a reference");
      alike([table.grow(2), table.length], [1, 3], "old length, and length after growing");
      throws(() => table.get(3), ["RangeError"], "an index beyond the end");
    },
  },
  {
    id: "workers.api.webassembly-tag",
    entry: "WebAssembly.Tag",
    subject: "WebAssembly.Tag",
    promise: "WebAssembly.Tag names a kind of exception: two of the same type are still different",
    run() {
      const tag = new (wasm().Tag)({ parameters: ["i32"] });
      const other = new (wasm().Tag)({ parameters: ["i32"] });
      const exception = new (wasm().Exception)(tag, [1]);

      alike([exception.is(tag), exception.is(other)], [true, false], "is(tag), is(another)");
      throws(() => new (wasm().Tag)({ parameters: ["nonsense"] }), ["TypeError"], "a parameter of no type");
    },
  },
  {
    id: "workers.api.webassembly-exception",
    entry: "WebAssembly.Exception",
    subject: "WebAssembly.Exception",
    promise: "WebAssembly.Exception carries its payload, checked against its tag",
    run() {
      const tag = new (wasm().Tag)({ parameters: ["i32", "externref"] });
      const payload = { a: 1 };

      const exception = new (wasm().Exception)(tag, [42, payload]);

      same(exception.getArg(tag, 0), 42, "the first argument");
      same(exception.getArg(tag, 1), payload, "the second argument");
      throws(() => new (wasm().Exception)(tag, [1]), ["TypeError"], "a payload that is too short");
    },
  },
  {
    id: "workers.api.webassembly-js-tag",
    entry: "WebAssembly.JSTag",
    subject: "WebAssembly.JSTag",
    promise: "WebAssembly.JSTag is the tag of JavaScript exceptions, reserved for them",
    run() {
      holds(wasm().JSTag instanceof wasm().Tag, "JSTag is a Tag");
      throws(() => new (wasm().Exception)(wasm().JSTag, [1]), ["TypeError"], "an Exception made with it");
    },
  },
  errorCase("CompileError", "workers.api.webassembly-compile-error", "WebAssembly.CompileError is an Error with its own name"),
  errorCase("LinkError", "workers.api.webassembly-link-error", "WebAssembly.LinkError is an Error with its own name"),
  errorCase("RuntimeError", "workers.api.webassembly-runtime-error", "WebAssembly.RuntimeError is an Error with its own name"),
  {
    id: "workers.api.webassembly-compile",
    entry: "WebAssembly.compile",
    subject: "WebAssembly.compile",
    promise: "WebAssembly.compile compiles bytes or refuses to, and rejects what is no program",
    async run() {
      await rejects(() => wasm().compile(Uint8Array.from([1, 2, 3])), ["CompileError"], "bytes that are no program");
      const module = await unlessRefused(() => wasm().compile(addition));
      if (module !== undefined) holds(module instanceof wasm().Module, "what it compiles is a Module");
    },
  },
  {
    id: "workers.api.webassembly-compile-streaming",
    entry: "WebAssembly.compileStreaming",
    subject: "WebAssembly.compileStreaming",
    mayBeAbsent: true,
    promise: "WebAssembly.compileStreaming compiles a Response, or is refused or left out as Workers documents",
    async run() {
      const { compileStreaming, Module } = wasm();
      if (compileStreaming === undefined) return;
      const module = await unlessRefused(() => compileStreaming(wasmResponse()));
      if (module !== undefined) { holds(module instanceof Module, "what it compiles is a Module"); return; }
      await rejects(() => compileStreaming(new Response("no program")), ["TypeError", "CompileError"], "a Response of another type");
    },
  },
  {
    id: "workers.api.webassembly-instantiate",
    entry: "WebAssembly.instantiate",
    subject: "WebAssembly.instantiate",
    promise: "WebAssembly.instantiate runs bytes or refuses to, and rejects what is no program",
    async run() {
      await rejects(() => wasm().instantiate(Uint8Array.from([1, 2, 3])), ["CompileError"], "bytes that are no program");
      const result = await unlessRefused(() => wasm().instantiate(addition));
      if (result !== undefined) addsUp(result.instance.exports);
    },
  },
  {
    id: "workers.api.webassembly-instantiate-streaming",
    entry: "WebAssembly.instantiateStreaming",
    subject: "WebAssembly.instantiateStreaming",
    mayBeAbsent: true,
    promise: "WebAssembly.instantiateStreaming runs a Response, or is refused or left out as Workers documents",
    async run() {
      const { instantiateStreaming } = wasm();
      if (instantiateStreaming === undefined) return;
      const result = await unlessRefused(() => instantiateStreaming(wasmResponse()));
      if (result !== undefined) { addsUp(result.instance.exports); return; }
      await rejects(() => instantiateStreaming(new Response("no program")), ["TypeError", "CompileError"], "a Response of another type");
    },
  },
  {
    id: "workers.api.webassembly-validate",
    entry: "WebAssembly.validate",
    subject: "WebAssembly.validate",
    promise: "WebAssembly.validate tells a program from bytes that are none",
    run() {
      alike([wasm().validate(addition), wasm().validate(addition.slice(0, 20)), wasm().validate(new Uint8Array(8))], [true, false, false], "a program, half of one, zeros");
    },
  },
];
