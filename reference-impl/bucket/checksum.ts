// The checksums that S3's clients send beside a body, as base64 of the big-endian value.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { BucketError } from "./errors.js";

export interface Checksum {
  update(bytes: Buffer): void;
  /** Base64; ends the checksum. */
  digest(): string;
}

const makers: Readonly<Record<string, () => Checksum>> = {
  "x-amz-checksum-crc32": () => words((value, bytes) => crc32(bytes, value)),
  "x-amz-checksum-crc32c": () => words(crc32c),
  "x-amz-checksum-crc64nvme": crc64nvme,
  "x-amz-checksum-sha1": () => digest("sha1"),
  "x-amz-checksum-sha256": () => digest("sha256"),
};

/** The headers (or trailers) that carry a checksum of the body. */
export const checksumNames: readonly string[] = Object.keys(makers);

export function checksumOf(name: string): Checksum {
  const make = makers[name];
  if (make === undefined) throw new BucketError("InvalidRequest", `Expected one of ${checksumNames.join(", ")}; got ${name}.`);
  return make();
}

function digest(algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("base64") };
}

function words(step: (value: number, bytes: Buffer) => number): Checksum {
  let value = 0;
  return {
    update(bytes) {
      value = step(value, bytes);
    },
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(value >>> 0);
      return out.toString("base64");
    },
  };
}

// Castagnoli, reflected.
const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(before: number, bytes: Buffer): number {
  let value = ~before;
  for (const byte of bytes) value = (castagnoli[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value;
}

// CRC-64/NVME, reflected, in two 32-bit halves: BigInt for each byte would be a hundred times slower.
const polynomialHigh = 0x9a6c9329;
const polynomialLow = 0xac4bc9b5;
const tableHigh = new Uint32Array(256);
const tableLow = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (isOdd) {
      high ^= polynomialHigh;
      low ^= polynomialLow;
    }
  }
  tableHigh[byte] = high;
  tableLow[byte] = low;
}

function crc64nvme(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const at = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (tableLow[at] ?? 0);
        high = (high >>> 8) ^ (tableHigh[at] ?? 0);
      }
    },
    digest() {
      const out = Buffer.alloc(8);
      out.writeUInt32BE(~high >>> 0, 0);
      out.writeUInt32BE(~low >>> 0, 4);
      return out.toString("base64");
    },
  };
}
