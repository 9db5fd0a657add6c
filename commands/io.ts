// What a command may do to the outside: data to stdout, words to stderr. Passed in, so that commands are tested without a process.

export interface CommandIo {
  /** Data, as it is; a command that prints lines ends them itself. */
  readonly out: (text: string) => void;
  /** Progress and messages. */
  readonly err: (text: string) => void;
  /** Whether stderr is a terminal that may be redrawn; false in CI. */
  readonly isLive: boolean;
  /** Whether stdout wants colour: a terminal, and NO_COLOR is not set. */
  readonly hasColour: boolean;
  /** Width of the terminal in columns. */
  readonly columns: number;
  /** Calls back on SIGINT and SIGTERM. @returns a function that stops listening */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /** The environment, where it changes what is told: GITHUB_ACTIONS. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the process at once; adapters that still run are killed on the way out. */
  readonly exit: (code: number) => void;
}

/** The io of this process. */
export function processIo(): CommandIo {
  const { env, stdout, stderr } = process;
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== "";
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isLive: stderr.isTTY && !isSet("CI") && env["TERM"] !== "dumb",
    hasColour: stdout.isTTY && !isSet("NO_COLOR") && env["TERM"] !== "dumb",
    columns: stdout.columns ?? stderr.columns ?? 100,
    onSignal(listener) {
      const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    env,
    exit: (code) => process.exit(code),
  };
}
