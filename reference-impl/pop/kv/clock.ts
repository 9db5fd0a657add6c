// Platform time: the clock that KV's own timers follow. It can run faster than the wall's (so that a window of 60 s is
// seen in one) and be moved while it runs. A worker never sees it: the expirations it writes and lists are wall time.

export interface Clock {
  /** Whose clock this is. */
  readonly popId: string;
  /** Platform milliseconds per wall millisecond, 1 or more. */
  readonly scale: number;
  /** Wall time at which a scaled clock started, ms. The same at every PoP, or they disagree about the time. */
  readonly baseMs: number;
  /** Added to the platform time, ms: an advanced clock where all PoPs have it, a skewed one where only this PoP has. */
  readonly offsetMs: number;
}

/** Platform time at a wall time, ms. With scale 1 and no offset the two are the same. */
export function platformMs(clock: Clock, wallMs: number): number {
  return clock.baseMs + (wallMs - clock.baseMs) * clock.scale + clock.offsetMs;
}

/** When a value ends: in the words the worker used, and on the platform's clock. */
export interface Expiry {
  /** Unix time in seconds as list() returns it; null when the value has no end. */
  readonly expiration: number | null;
  /** Platform time, ms; infinite when the value has no end. */
  readonly deadlineMs: number;
}

export const endless: Expiry = { expiration: null, deadlineMs: Number.POSITIVE_INFINITY };

/**
 * The end of a value written now that lives for a number of documented seconds. The listed expiration is what the
 * worker itself would have computed, whatever the scale; the deadline is never earlier than the TTL says.
 */
export function expiryAfter(clock: Clock, wallMs: number, ttlSeconds: number): Expiry {
  return {
    expiration: Math.floor(wallMs / 1000) + ttlSeconds,
    deadlineMs: Math.round(platformMs(clock, wallMs) + ttlSeconds * 1000),
  };
}

/**
 * The end of a value written now that a worker wants gone at a Unix time. The worker took that time from the wall, so
 * what counts is the distance from the wall's now, and the distance runs at the platform's pace: at scale 60, "in two
 * minutes" passes in two seconds, exactly as expirationTtl: 120 does.
 */
export function expiryAt(clock: Clock, wallMs: number, atSeconds: number): Expiry {
  return { expiration: atSeconds, deadlineMs: Math.round(platformMs(clock, wallMs) + atSeconds * 1000 - wallMs) };
}

/** Whether a value has ended. Expiration is the value's own and holds against every cacheTtl. */
export function isExpired(deadlineMs: number, nowMs: number): boolean {
  return nowMs >= deadlineMs;
}
