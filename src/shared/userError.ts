/** In a text file, for an editor to open. */
export interface Place {
  /** Absolute path. */
  file: string;
  /** From 1. */
  line?: number;
}

/**
 * An error that the user can act on: which file or value, what is wrong, and (hint) what to do.
 * Everything else that is thrown is a bug and goes to the log with its stack.
 */
export class UserError extends Error {
  readonly hint: string | undefined;
  /** A stable word for programs, such as `model/lfs-pointer`. */
  readonly code: string;
  /** Where it is mended; whoever passes the error on and knows may add it. */
  place: Place | undefined;

  constructor(
    message: string,
    { hint, code = 'refused', place, cause }: { hint?: string; code?: string; place?: Place; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'UserError';
    this.hint = hint;
    this.code = code;
    this.place = place;
  }

  /** Message and hint as the one line that the command line prints. */
  get sentence(): string {
    return this.hint ? `${this.message}: ${this.hint}` : this.message;
  }
}
