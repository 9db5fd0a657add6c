// Platform time at any scale: both ways to say when a value ends agree, and what list() shows is wall time.
import assert from "node:assert/strict";
import { expiryAfter, expiryAt, isExpired, platformMs, type Clock } from "./clock.js";

const wallMs = 1_700_000_000_250;
const clockAt = (scale: number, offsetMs = 0): Clock => ({ popId: "fra", scale, baseMs: 1_699_999_000_000, offsetMs });

describe("platform clock", () => {
  it("is the wall's clock at scale 1 without offset, whatever the base", () => {
    assert.equal(platformMs(clockAt(1), wallMs), wallMs);
  });

  it("runs as many times faster as the scale says, and jumps by the offset", () => {
    const clock = clockAt(60, 5_000);
    assert.equal(platformMs(clock, wallMs + 1_000) - platformMs(clock, wallMs), 60_000);
    assert.equal(platformMs(clock, wallMs) - platformMs(clockAt(60), wallMs), 5_000);
  });

  for (const scale of [1, 60, 1000]) {
    it(`ends a TTL of 60 s after ${60 / scale} s of wall time at scale ${scale}, and lists it in wall time`, () => {
      const clock = clockAt(scale);
      const expiry = expiryAfter(clock, wallMs, 60);

      assert.equal(expiry.expiration, 1_700_000_060);
      assert.equal(isExpired(expiry.deadlineMs, platformMs(clock, wallMs + 60_000 / scale - 1)), false);
      assert.equal(isExpired(expiry.deadlineMs, platformMs(clock, wallMs + 60_000 / scale)), true);
    });

    it(`takes an absolute expiration as a distance from the wall's now at scale ${scale}`, () => {
      const clock = clockAt(scale);
      const expiry = expiryAt(clock, wallMs, 1_700_000_120);

      assert.equal(expiry.expiration, 1_700_000_120);
      assert.equal(isExpired(expiry.deadlineMs, platformMs(clock, wallMs + Math.floor(119_750 / scale) - 1)), false);
      assert.equal(isExpired(expiry.deadlineMs, platformMs(clock, wallMs + Math.ceil(119_750 / scale))), true);
    });
  }
});
