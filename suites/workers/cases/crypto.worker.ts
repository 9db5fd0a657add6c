// Cryptography beyond "it is there": known answers, forged and damaged inputs, key formats, and what Workers adds.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, globalOf, hex, holds, rejects, same, textOf } from "../../tools/assert.js";

const abcDigests: Readonly<Record<string, string>> = {
  "SHA-1": "a9993e364706816aba3e25717850c26c9cd0d89d",
  "SHA-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  "SHA-384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
  "SHA-512":
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
};

const message = ascii("attack at dawn");

/** Generates a pair of keys. The union type of generateKey is narrowed here, once. */
async function keyPair(algorithm: object, usages: readonly string[]): Promise<CryptoKeyPair> {
  const pair: unknown = await crypto.subtle.generateKey(algorithm as SubtleCryptoGenerateKeyAlgorithm, true, [...usages]);
  return pair as CryptoKeyPair;
}

/** Signs, verifies, exports and imports the public key, and tries another message: the same promise for each algorithm. */
async function signs(generation: object, use: object, importing: object): Promise<void> {
  const pair = await keyPair(generation, ["sign", "verify"]);
  const signature = await crypto.subtle.sign(use as SubtleCryptoSignAlgorithm, pair.privateKey, message);
  const exported = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  const key = await crypto.subtle.importKey("spki", exported, importing as SubtleCryptoImportKeyAlgorithm, true, ["verify"]);

  const genuine = await crypto.subtle.verify(use as SubtleCryptoSignAlgorithm, key, signature, message);
  const forged = await crypto.subtle.verify(use as SubtleCryptoSignAlgorithm, key, signature, ascii("attack at dusk"));

  alike([genuine, forged], [true, false], "verified with the imported public key: the message, and another");
}

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.crypto.digests",
    subject: "crypto.subtle.digest",
    promise: "digest gives the published SHA-1, SHA-256, SHA-384 and SHA-512 of abc",
    async run() {
      for (const [algorithm, expected] of Object.entries(abcDigests)) {
        same(hex(await crypto.subtle.digest(algorithm, ascii("abc"))), expected, algorithm);
      }
      await rejects(() => crypto.subtle.digest("SHA-0", ascii("abc")), ["NotSupportedError"], "an unknown algorithm");
    },
  },
  {
    id: "workers.crypto.random-values",
    subject: "crypto.getRandomValues",
    promise: "getRandomValues fills the very array it was given, differently each time",
    run() {
      const array = new Uint8Array(32);

      const returned: unknown = crypto.getRandomValues(array);
      const first = hex(array);
      crypto.getRandomValues(array);

      same(returned, array, "what it returns");
      holds(first !== hex(array) && !/^0+$/.test(first), "32 random bytes, twice");
    },
  },
  {
    id: "workers.crypto.aes-gcm",
    subject: "crypto.subtle.encrypt",
    promise: "AES-GCM gives back what it encrypted, and refuses a changed byte or other additional data",
    async run() {
      const key = await crypto.subtle.importKey("raw", ascii("0123456789abcdef"), { name: "AES-GCM" }, false, ["encrypt", "decrypt"]);
      const iv = new Uint8Array(12).fill(7);
      const options = { name: "AES-GCM", iv, additionalData: ascii("header") };

      const sealed = new Uint8Array(await crypto.subtle.encrypt(options, key, message));
      const opened = textOf(await crypto.subtle.decrypt(options, key, sealed));
      const damaged = Uint8Array.from(sealed);
      damaged[0] = (damaged[0] ?? 0) ^ 1;

      alike([sealed.length, opened], [message.length + 16, "attack at dawn"], "sealed length, and what was opened");
      await rejects(() => crypto.subtle.decrypt(options, key, damaged), ["OperationError"], "a changed byte");
      await rejects(() => crypto.subtle.decrypt({ ...options, additionalData: ascii("other") }, key, sealed), ["OperationError"], "other additional data");
    },
  },
  {
    id: "workers.crypto.aes-cbc",
    subject: "crypto.subtle.encrypt",
    promise: "AES-CBC gives the published cipher text of a known key and block",
    async run() {
      const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      const key = await crypto.subtle.importKey("raw", bytes("2b7e151628aed2a6abf7158809cf4f3c"), { name: "AES-CBC" }, false, ["encrypt"]);

      const cipher = await crypto.subtle.encrypt(
        { name: "AES-CBC", iv: bytes("000102030405060708090a0b0c0d0e0f") },
        key,
        bytes("6bc1bee22e409f96e93d7e117393172a"),
      );

      same(hex(cipher).slice(0, 32), "7649abac8119b246cee98e9b12e9197d", "the first block (NIST SP 800-38A, F.2.1)");
      same(cipher.byteLength, 32, "length with padding");
    },
  },
  {
    id: "workers.crypto.ecdsa",
    subject: "crypto.subtle.sign",
    promise: "ECDSA on P-256 signs, and its public key verifies after export and import",
    run: () => signs({ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }, { name: "ECDSA", namedCurve: "P-256" }),
  },
  {
    id: "workers.crypto.ed25519",
    subject: "crypto.subtle.verify",
    promise: "Ed25519 signs, and its public key verifies after export and import",
    run: () => signs({ name: "Ed25519" }, { name: "Ed25519" }, { name: "Ed25519" }),
  },
  {
    id: "workers.crypto.rsa-pss",
    subject: "crypto.subtle.sign",
    promise: "RSA-PSS signs, and its public key verifies after export and import",
    run: () =>
      signs(
        { name: "RSA-PSS", modulusLength: 2048, publicExponent: Uint8Array.from([1, 0, 1]), hash: "SHA-256" },
        { name: "RSA-PSS", saltLength: 32 },
        { name: "RSA-PSS", hash: "SHA-256" },
      ),
  },
  {
    id: "workers.crypto.ecdh",
    subject: "crypto.subtle.deriveBits",
    promise: "Two parties derive the same secret by ECDH from each other's public key",
    async run() {
      const algorithm = { name: "ECDH", namedCurve: "P-256" };
      const [left, right] = [await keyPair(algorithm, ["deriveBits"]), await keyPair(algorithm, ["deriveBits"])];
      // One type library of the isolate calls the peer's key `$public`, after its own source; the API's name is `public`.
      const derive = (mine: CryptoKeyPair, theirs: CryptoKeyPair): Promise<ArrayBuffer> =>
        crypto.subtle.deriveBits({ name: "ECDH", public: theirs.publicKey } as unknown as SubtleCryptoDeriveKeyAlgorithm, mine.privateKey, 256);

      const secrets = [hex(await derive(left, right)), hex(await derive(right, left))];

      same(secrets[0], secrets[1], "both secrets");
      same(secrets[0]?.length, 64, "hexadecimal digits of 256 bits");
    },
  },
  {
    id: "workers.crypto.pbkdf2",
    subject: "crypto.subtle.deriveBits",
    promise: "PBKDF2 derives the published key of a known password and salt",
    async run() {
      const key = await crypto.subtle.importKey("raw", ascii("password"), "PBKDF2", false, ["deriveBits"]);

      const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: ascii("salt"), iterations: 2 }, key, 256);

      same(hex(bits), "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43", "PBKDF2-HMAC-SHA-256, two rounds");
    },
  },
  {
    id: "workers.crypto.hkdf",
    subject: "crypto.subtle.deriveBits",
    promise: "HKDF derives the key that RFC 5869 publishes for its first test",
    async run() {
      const key = await crypto.subtle.importKey("raw", new Uint8Array(22).fill(0x0b), "HKDF", false, ["deriveBits"]);

      const bits = await crypto.subtle.deriveBits(
        { name: "HKDF", hash: "SHA-256", salt: Uint8Array.from({ length: 13 }, (_, index) => index), info: Uint8Array.from({ length: 10 }, (_, index) => 0xf0 + index) },
        key,
        42 * 8,
      );

      same(hex(bits), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865", "HKDF output");
    },
  },
  {
    id: "workers.crypto.jwk",
    subject: "crypto.subtle.exportKey",
    promise: "A secret key survives export to and import from JSON Web Key",
    async run() {
      const key = await crypto.subtle.importKey("raw", ascii("0123456789abcdef"), { name: "AES-GCM" }, true, ["encrypt", "decrypt"]);

      const jwk = (await crypto.subtle.exportKey("jwk", key)) as JsonWebKey;
      const again = await crypto.subtle.importKey("jwk", jwk, { name: "AES-GCM" }, true, ["decrypt"]);

      alike([jwk.kty, jwk.k, jwk.alg], ["oct", "MDEyMzQ1Njc4OWFiY2RlZg", "A128GCM"], "the key as JWK");
      same(textOf((await crypto.subtle.exportKey("raw", again)) as ArrayBuffer), "0123456789abcdef", "the imported key");
    },
  },
  {
    id: "workers.crypto.wrap-key",
    subject: "crypto.subtle.wrapKey",
    promise: "A key wrapped with AES-KW is unwrapped to the same key, and not with another one",
    async run() {
      const importWrapper = (text: string): Promise<CryptoKey> => crypto.subtle.importKey("raw", ascii(text), { name: "AES-KW" }, false, ["wrapKey", "unwrapKey"]);
      const [wrapper, other] = [await importWrapper("0123456789abcdef"), await importWrapper("fedcba9876543210")];
      const secret = await crypto.subtle.importKey("raw", ascii("sixteen letters!"), { name: "AES-GCM" }, true, ["encrypt"]);
      const unwrap = (wrapped: ArrayBuffer, key: CryptoKey): Promise<CryptoKey> =>
        crypto.subtle.unwrapKey("raw", wrapped, key, { name: "AES-KW" }, { name: "AES-GCM" }, true, ["encrypt"]);

      const wrapped = await crypto.subtle.wrapKey("raw", secret, wrapper, { name: "AES-KW" });
      const unwrapped = await unwrap(wrapped, wrapper);

      same(textOf((await crypto.subtle.exportKey("raw", unwrapped)) as ArrayBuffer), "sixteen letters!", "the unwrapped key");
      await rejects(() => unwrap(wrapped, other), ["OperationError"], "unwrapping with another key");
    },
  },
  {
    id: "workers.crypto.usages",
    subject: "crypto.subtle.importKey",
    promise: "A key refuses a use it was not made for",
    async run() {
      const key = await crypto.subtle.importKey("raw", ascii("key"), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);

      await rejects(() => crypto.subtle.sign("HMAC", key, message), ["InvalidAccessError"], "signing with a key for verifying");
      await rejects(() => crypto.subtle.importKey("raw", ascii("key"), { name: "AES-GCM" }, false, ["encrypt"]), ["DataError"], "an AES key of three bytes");
    },
  },
  {
    id: "workers.crypto.md5",
    subject: "crypto.subtle.digest",
    promise: "digest also knows MD5, which Workers adds for old protocols",
    async run() {
      same(hex(await crypto.subtle.digest("MD5", ascii("abc"))), "900150983cd24fb0d6963f7d28e17f72", "MD5 of abc");
    },
  },
  {
    id: "workers.crypto.timing-safe-equal",
    subject: "crypto.subtle.timingSafeEqual",
    promise: "timingSafeEqual, which Workers adds, tells equal bytes from others and refuses different lengths",
    run() {
      const compare = crypto.subtle.timingSafeEqual.bind(crypto.subtle);

      alike([compare(ascii("abc"), ascii("abc")), compare(ascii("abc"), ascii("abd"))], [true, false], "equal and other bytes");
      let refused = false;
      try {
        compare(ascii("abc"), ascii("abcd"));
      } catch {
        refused = true;
      }
      same(refused, true, "different lengths were refused");
    },
  },
  {
    id: "workers.crypto.digest-stream",
    subject: "crypto.DigestStream",
    promise: "DigestStream, which Workers adds, digests what is written into it, chunk by chunk",
    async run() {
      const DigestStream = Reflect.get(globalOf("crypto") as object, "DigestStream") as new (algorithm: string) => WritableStream & { readonly digest: Promise<ArrayBuffer> };
      const stream = new DigestStream("SHA-256");

      const writer = stream.getWriter();
      await writer.write(ascii("a"));
      await writer.write(ascii("bc"));
      await writer.close();

      same(hex(await stream.digest), abcDigests["SHA-256"], "SHA-256 of abc");
    },
  },
];
