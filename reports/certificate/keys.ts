// Ed25519 keys as PEM files hold them: made, read, and named by a digest that people can compare.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { sha256 } from "./canonical.js";

export interface KeyPair {
  /** PKCS8; a secret. */
  readonly privatePem: string;
  /** SPKI. */
  readonly publicPem: string;
  readonly keyId: string;
}

/** @returns a new key pair; the one function of a certificate that is random */
export function makeKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    keyId: keyIdOf(publicKey),
  };
}

/** How a public key is called: the SHA-256 of its DER form. */
export function keyIdOf(publicKey: KeyObject): string {
  return `sha256:${sha256(publicKey.export({ type: "spki", format: "der" }))}`;
}

/**
 * @param name how messages call the file
 * @throws EdgemarkError usage.input when it is no Ed25519 private key
 */
export function readPrivateKey(pem: string, name: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) throw notAKey(name, "private", "it is encrypted, and there is nobody to ask for a passphrase");
  if (!/PRIVATE KEY/.test(pem)) throw notAKey(name, "private", /PUBLIC KEY/.test(pem) ? "it is the public half" : "it has no such block");
  return ed25519(name, "private", () => createPrivateKey(pem));
}

/**
 * @param name how messages call the file
 * @throws EdgemarkError usage.input when it is no Ed25519 public key; a private key is refused too: whoever verifies must not need it
 */
export function readPublicKey(pem: string, name: string): KeyObject {
  if (/PRIVATE KEY/.test(pem)) throw notAKey(name, "public", "it is a private key, which stays with whoever signs");
  if (!/PUBLIC KEY/.test(pem)) throw notAKey(name, "public", "it has no such block");
  return ed25519(name, "public", () => createPublicKey(pem));
}

function ed25519(name: string, half: "private" | "public", read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw notAKey(name, half, messageOf(cause), cause);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw notAKey(name, half, `its kind is ${key.asymmetricKeyType}`);
}

function notAKey(name: string, half: "private" | "public", came: string, cause?: unknown): EdgemarkError {
  const hint = half === "private" ? "make one with edgemark keygen --out key.pem" : "take the file that edgemark keygen wrote beside the private key (key.pem.pub)";
  return new EdgemarkError("usage.input", `expected an Ed25519 ${half} key as PEM; ${name}: ${came}; ${hint}`, { cause });
}
