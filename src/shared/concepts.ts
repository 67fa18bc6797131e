import type { ProbeKind } from './results.js';

/** The concepts of a probe set, for an editor. */
export interface ConceptList {
  kind: ProbeKind;
  /** The probe file that they are saved to; null where a new one is made. */
  file: string | null;
  /** States: the columns that expressions are over, as they are written there, and the functions. */
  columns: string[];
  functions: string[];
  concepts: ListedConcept[];
  notes: string[];
}

/**
 * `expression`: over columns, from the probe file. `derived`: over other concepts, likewise. `measured`: from the data, masks
 * or labels; it can be renamed and removed.
 */
export type ConceptForm = 'expression' | 'derived' | 'measured';

/** A concept as it is to be; what is saved is what differs from the list. */
export interface ConceptDraft {
  /** Its name in the list that was asked for; null for a new one. */
  key: string | null;
  name: string;
  form: ConceptForm;
  /** The expression; of measured ones what says the same, where something does. */
  text: string | null;
  /** Labels are made without it. */
  removed: boolean;
}

export interface ListedConcept extends ConceptDraft {
  key: string;
  category: string;
  /** Samples, or places where it has any, at which it holds, and how many there are. */
  holds: number;
  of: number;
}

/** Whether an expression can be read, and where it holds. */
export type ConceptCheck =
  | { ok: true; holds: number; of: number }
  /** In UTF-16 units from the expression's beginning; length 0 at its end. */
  | { ok: false; message: string; advice: string | null; position: number; length: number };

/** A probe file with a draft's concepts in it. */
export interface ConceptFile {
  text: string;
  /** The file in use that this is to replace; null where it is a new one. */
  file: string | null;
  /** Samples that lie in no file yet, to be written beside it. */
  data: { path: string; bytes: Uint8Array } | null;
  /** What the file can't say, one sentence each. */
  notes: string[];
}
