// What the ingress tells a worker about a request: request.cf and the CF-* headers, by client and PoP. Whatever a
// client sends under these names is dropped first, so a worker can believe them.
import { randomBytes } from "node:crypto";
import { type Place, placeOfClient, roundTripMs } from "../topology.js";
import type { RequestHead } from "./head.js";

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

// A ray must be unique per request and cheap: a random start per process, counted up.
const rayStart = randomBytes(8).readBigUInt64BE();
let rayCount = 0n;

function nextRay(): string {
  return BigInt.asUintN(64, rayStart + rayCount++ * 0x9e3779b97f4a7c15n)
    .toString(16)
    .padStart(16, "0");
}

/**
 * The head to send to the engine: the client's own, less what it may not say, plus what the edge knows. latin1 text.
 * @param moreLines header lines, each ended by CRLF
 */
export function rewriteHead(head: RequestHead, identity: ClientIdentity, moreLines = ""): string {
  let text = `${head.method} ${head.target} HTTP/1.1\r\n`;
  let forwardedFor = identity.address;
  for (const [name, value] of head.headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith("cf-") || reservedNames.has(lower)) continue;
    if (lower === "x-forwarded-for") {
      forwardedFor = `${value}, ${identity.address}`;
      continue;
    }
    text += `${name}: ${value}\r\n`;
  }
  return `${text}X-Forwarded-For: ${forwardedFor}\r\nCF-Ray: ${nextRay()}-${identity.colo}\r\n${identity.fixedLines}${moreLines}\r\n`;
}
