/**
 * An error that the user can act on: which file or value, what is wrong, and (hint) what to do.
 * Everything else that is thrown is a bug and goes to the log with its stack.
 */
export class UserError extends Error {
  readonly hint: string | undefined;
  /** A stable word for programs, such as `model/lfs-pointer`. */
  readonly code: string;

  constructor(
    message: string,
    { hint, code = 'refused', cause }: { hint?: string; code?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'UserError';
    this.hint = hint;
    this.code = code;
  }

  /** Message and hint as the one line that the command line prints. */
  get sentence(): string {
    return this.hint ? `${this.message}: ${this.hint}` : this.message;
  }
}
