import { UserError } from '../shared/userError.js';

const code = 'model/gone';

/** The file of an open model is not there any more. */
export const modelGone = (name: string): UserError =>
  new UserError(`${name} was deleted or moved`, {
    code,
    hint: 'what was found in it stays here; put it back to go on',
  });

export const isGone = (error: { code: string } | null): boolean => error?.code === code;
