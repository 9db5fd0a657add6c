// The DSSE envelope: a payload, its type, and signatures over both. What is in the payload is not looked at before a
// signature holds.
// See https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { isCutShort } from "../../contract/result/cut-short.js";
import { keyIdOf } from "./keys.js";
import type { Problem } from "./problems.js";

/** The type of in-toto statements in an envelope. */
export const statementPayloadType = "application/vnd.in-toto+json";

export interface EnvelopeSignature {
  readonly keyid: string;
  /** Base64. */
  readonly sig: string;
  /** SPKI, DER, base64: ours beyond the protocol, so that integrity can be checked without the key's file. */
  readonly publicKey: string;
}

export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly EnvelopeSignature[];
}

export interface OpenedEnvelope {
  readonly payload: string;
  readonly keyId: string;
  /** Whether the key was given by whoever verifies; else the certificate vouches for itself. */
  readonly isKeyGiven: boolean;
}

/** What is signed: type and body with their lengths, so that neither can pass for a part of the other. */
export function preAuthentication(payloadType: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.byteLength} `), body]);
}

/** @param privateKey Ed25519 */
export function signEnvelope(payload: string, privateKey: KeyObject, payloadType: string = statementPayloadType): Envelope {
  const publicKey = createPublicKey(privateKey);
  const body = Buffer.from(payload);
  return {
    payload: body.toString("base64"),
    payloadType,
    signatures: [{ keyid: keyIdOf(publicKey), sig: sign(null, preAuthentication(payloadType, body), privateKey).toString("base64"), publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") }],
  };
}

/**
 * @param text what should be an envelope
 * @param key the Ed25519 public key that is trusted; without one, the key in the envelope itself
 */
export function openEnvelope(text: string, key?: KeyObject): OpenedEnvelope | Problem {
  const envelope = envelopeIn(text);
  if ("code" in envelope) return envelope;
  const { payloadType, signatures, body } = envelope;
  if (payloadType !== statementPayloadType) return { code: "payload-type", message: `expected an envelope around ${statementPayloadType}; its payload type is ${JSON.stringify(payloadType).slice(0, 80)}; this is no certificate of Edgemark` };
  const [first] = signatures;
  const embedded = first === undefined ? undefined : publicKeyIn(first.publicKey);
  const trusted = key ?? embedded;
  if (first === undefined || trusted === undefined) return { code: "signature", message: `expected one signature with its Ed25519 public key; ${first === undefined ? `${signatures.length} came` : "its public key cannot be read"}; the certificate was changed, take it as it was issued` };
  const sig = bytesOf(first.sig);
  const holds = sig !== undefined && verify(null, preAuthentication(payloadType, body), trusted, sig);
  const keyId = keyIdOf(trusted);
  // The names of keys are hints that nobody signed: used for words when a signature fails, and never to let one pass.
  if (!holds && key !== undefined && embedded !== undefined && keyIdOf(embedded) !== keyId) {
    return { code: "wrong-key", message: `expected a signature of ${keyId}, the key you gave; it says it is signed with ${keyIdOf(embedded)}; give the public key of whoever issued it; if that is the one you gave, somebody else signed this` };
  }
  if (!holds) return { code: "signature", message: `expected a signature of ${keyId} over this content; it does not hold; the certificate was changed after it was signed, take it as it was issued` };
  if (first.keyid !== keyId || embedded === undefined || keyIdOf(embedded) !== keyId) return { code: "signature", message: `expected the envelope to name the key that signed it, ${keyId}; it names another; the certificate was changed, take it as it was issued` };
  return { payload: body.toString("utf8"), keyId, isKeyGiven: key !== undefined };
}

interface ReadEnvelope {
  readonly payloadType: string;
  readonly signatures: readonly EnvelopeSignature[];
  readonly body: Buffer;
}

function envelopeIn(text: string): ReadEnvelope | Problem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isCutShort(text)) return { code: "truncated", message: `expected a whole certificate; ${text.trim() === "" ? "it is empty" : "it ends in the middle"} (cut short while it was written or copied?); take the certificate.json as it was issued` };
    return { code: "unreadable", message: "expected a certificate; it is no JSON; take the certificate.json as it was issued" };
  }
  const fields = objectIn(value);
  const [payload, payloadType, signatures] = [fields["payload"], fields["payloadType"], fields["signatures"]];
  const body = typeof payload === "string" ? bytesOf(payload) : undefined;
  if (typeof payloadType !== "string" || body === undefined || !Array.isArray(signatures)) {
    return { code: "no-envelope", message: "expected a DSSE envelope (payload in base64, payloadType, signatures); this is none, or one that was changed; take the certificate.json of a signed run as it was issued" };
  }
  // One signature is what we write; of several, somebody would have to say which one counts.
  if (signatures.length !== 1) return { payloadType, signatures: [], body };
  const [keyid, sig, publicKey] = ["keyid", "sig", "publicKey"].map((name) => objectIn(signatures[0])[name]);
  return { payloadType, signatures: typeof keyid === "string" && typeof sig === "string" && typeof publicKey === "string" ? [{ keyid, sig, publicKey }] : [], body };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Strict: what decodes to the same bytes in another spelling was touched. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, "base64");
  return bytes.toString("base64") === base64 ? bytes : undefined;
}

function publicKeyIn(base64: string): KeyObject | undefined {
  const der = bytesOf(base64);
  if (der === undefined) return undefined;
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}
