import type { ModelStructure } from './model.js';

/** Extension host → the thread that reads structures. */
export interface StructureRequest {
  id: number;
  model: string;
}

export type StructureReply =
  { id: number; structure: ModelStructure } | { id: number; failure: { message: string; isBug: boolean } };
