// What the ingress tells a worker about a request: request.cf and the CF-* headers, by client and PoP. Whatever a
// client sends under these names is dropped first, so a worker can believe them.
import { randomBytes } from "node:crypto";
import { type Place, placeOfClient, roundTripMs } from "../topology.js";
import type { Fields, RequestHead } from "./head.js";

/** The header in which the ingress hands request.cf to the engine, which removes it again. */
export const cfBlobHeader = "edgemark-cf";

/** Names under which only the edge may speak; any cf-* besides. */
const reservedNames = new Set([cfBlobHeader, "x-real-ip", "x-forwarded-proto", "true-client-ip", "cdn-loop"]);

/** What is the same for every request of one client address at one PoP, made once per connection. */
export interface ClientIdentity {
  readonly address: string;
  readonly colo: string;
  /** Header lines, each ended by CRLF. */
  readonly fixedLines: string;
}

/** The identity of a client at a PoP. @param address the client's IP address */
export function identify(address: string, pop: Place): ClientIdentity {
  const plain = address.replace(/^::ffff:/, "");
  const client = placeOfClient(plain);
  const cf = {
    colo: pop.colo,
    country: client.country,
    city: client.city,
    continent: client.continent,
    latitude: client.latitude.toFixed(5),
    longitude: client.longitude.toFixed(5),
    region: client.region,
    timezone: client.timezone,
    asn: 64496,
    asOrganization: "Edgemark reference edge",
    clientTcpRtt: roundTripMs(client, pop),
    httpProtocol: "HTTP/1.1",
    requestPriority: "",
    clientAcceptEncoding: "",
    edgeRequestKeepAliveStatus: 1,
    ...(client.continent === "EU" ? { isEUCountry: "1" } : {}),
  };
  const fixedLines =
    `CF-Connecting-IP: ${plain}\r\nX-Real-IP: ${plain}\r\nCF-IPCountry: ${client.country}\r\n` +
    `CF-Visitor: {"scheme":"http"}\r\nX-Forwarded-Proto: http\r\nCDN-Loop: edgemark\r\n${cfBlobHeader}: ${JSON.stringify(cf)}\r\n`;
  return { address: plain, colo: pop.colo, fixedLines };
}

// A ray must be unique per request and cheap: a random start per process, counted up by odd steps, which come to every
// number of 32 bits once before they come to any again.
const rayStart = randomBytes(8);
const rayStep = 0x9e3779b9;
let rayHigh = rayStart.readUInt32BE(0);
let rayLow = rayStart.readUInt32BE(4);
let raysLeft = 2 ** 32;

const bytesAsHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(word: number): string {
  return `${bytesAsHex[word >>> 24] ?? ""}${bytesAsHex[(word >>> 16) & 255] ?? ""}${bytesAsHex[(word >>> 8) & 255] ?? ""}${bytesAsHex[word & 255] ?? ""}`;
}

function nextRay(): string {
  if (--raysLeft === 0) {
    raysLeft = 2 ** 32;
    rayHigh = (rayHigh + 1) >>> 0;
  }
  rayLow = (rayLow + rayStep) >>> 0;
  return hex(rayHigh) + hex(rayLow);
}

/** Writes the request heads of one connection for the engine: the client's own lines, less what it may not say, plus what the edge knows. */
export class HeadWriter {
  readonly #identity: ClientIdentity;
  #fields: Fields | undefined;
  #lines = "";

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
  }

  /**
   * @param moreLines header lines, each ended by CRLF
   * @returns latin1 text
   */
  write({ method, target, fields }: RequestHead, moreLines = ""): string {
    const { colo, fixedLines } = this.#identity;
    // The lines of the request before are mostly those of this one.
    if (fields !== this.#fields) {
      this.#fields = fields;
      this.#lines = passedOn(fields, this.#identity.address);
    }
    return `${method} ${target} HTTP/1.1\r\n${this.#lines}CF-Ray: ${nextRay()}-${colo}\r\n${fixedLines}${moreLines}\r\n`;
  }
}

function passedOn({ headers }: Fields, address: string): string {
  let text = "";
  let forwardedFor = address;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith("cf-") || reservedNames.has(lower)) continue;
    if (lower === "x-forwarded-for") {
      forwardedFor = `${value}, ${address}`;
      continue;
    }
    text += `${name}: ${value}\r\n`;
  }
  return `${text}X-Forwarded-For: ${forwardedFor}\r\n`;
}
