// What an alarm handler of the fixture is told to do, and what it writes down about each time it ran.

export interface AlarmPlan {
  /** So many runs fail before one succeeds. */
  readonly failures?: number;
  /** Waits so long before it ends. */
  readonly takesMs?: number;
  /** Only its first runs take that long. Default: all. */
  readonly slowRuns?: number;
  /** Does not end before the object is told to release it. */
  readonly isHeld?: boolean;
  /** Name of the object that is told when a run begins. */
  readonly witness?: string;
  /** Sets the next alarm while it runs, until it has run so many times. */
  readonly againAfterMs?: number;
  readonly times?: number;
  /** Calls deleteAlarm while it runs. */
  readonly deletesItself?: boolean;
}

export interface AlarmRun {
  /** The object's own clock, ms since 1970. */
  readonly startedAtMs: number;
  /** null when the run did not come to its end. */
  readonly endedAtMs: number | null;
  readonly retryCount: number | null;
  readonly isRetry: boolean | null;
  /** What getAlarm gave inside the handler. */
  readonly alarmInside: number | null;
  readonly instance: string;
  /** Handlers that ran at once in the instance, this one included. */
  readonly atOnce: number;
}
