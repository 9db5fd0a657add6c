// Every case that the isolate fixture carries, and the saboteur breaks; those of Node's modules need a flag and are apart.
import type { IsolateCase } from "../../tools/case.js";
import { cases as globals } from "./api-globals.worker.js";
import { cases as fetching } from "./api-fetch.worker.js";
import { cases as compression } from "./api-compression.worker.js";
import { cases as apiStreams } from "./api-streams.worker.js";
import { cases as writable } from "./api-writable.worker.js";
import { cases as wasm } from "./api-wasm.worker.js";
import { cases as events } from "./api-events.worker.js";
import { cases as errors } from "./api-errors.worker.js";
import { cases as body } from "./body.worker.js";
import { cases as crypto } from "./crypto.worker.js";
import { cases as own } from "./own.worker.js";
import { cases as htmlRewriter } from "./html-rewriter.worker.js";
import { cases as streams } from "./streams.worker.js";
import { cases as urlText } from "./url-text.worker.js";

export const allCases: readonly IsolateCase[] = [...globals, ...fetching, ...compression, ...apiStreams, ...writable, ...wasm, ...events, ...errors, ...body, ...crypto, ...own, ...htmlRewriter, ...streams, ...urlText];
