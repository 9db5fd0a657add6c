// The checksums against the check values that their definitions give for the text "123456789".
import assert from "node:assert/strict";
import { checksumNames, checksumOf } from "./checksum.js";

const expectedHex: Readonly<Record<string, string>> = {
  "x-amz-checksum-crc32": "cbf43926",
  "x-amz-checksum-crc32c": "e3069283",
  "x-amz-checksum-crc64nvme": "ae8b14860a799888",
  "x-amz-checksum-sha1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  "x-amz-checksum-sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
};

describe("bucket: checksums", () => {
  for (const name of checksumNames) {
    it(`${name} has its check value, in one piece and in two`, () => {
      const [whole, halves] = [checksumOf(name), checksumOf(name)];
      whole.update(Buffer.from("123456789"));
      halves.update(Buffer.from("1234"));
      halves.update(Buffer.from("56789"));
      const expected = Buffer.from(expectedHex[name] ?? "", "hex").toString("base64");

      assert.equal(whole.digest(), expected);
      assert.equal(halves.digest(), expected);
    });
  }
});
