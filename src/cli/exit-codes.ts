/** What a command's exit code says; stable, scripts rely on it (DESIGN section 6). */
export const EXIT_OK = 0;
/** The check the user asked for came out negative: a book that does not verify, an invalid configuration file. */
export const EXIT_CHECK_FAILED = 1;
/** The command line makes no sense: unknown option, missing file, unreadable configuration. */
export const EXIT_USAGE = 2;
/** What the command needs is not there now: port, lock, gateway, issuer, index. */
export const EXIT_UNAVAILABLE = 3;
/** Only `serve`: the ledger refuses to start or has latched. */
export const EXIT_LEDGER = 4;

export type ExitCode =
  | typeof EXIT_OK
  | typeof EXIT_CHECK_FAILED
  | typeof EXIT_USAGE
  | typeof EXIT_UNAVAILABLE
  | typeof EXIT_LEDGER;
