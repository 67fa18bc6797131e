import type { Reading } from './reading.js';

/** Annotations of pictures, checked as far as can be done without reading them all. */
export interface AnnotationSource {
  /** For sentences: a file's or a folder's name. */
  name: string;
  /** Files that decide what its concepts are. */
  files: string[];
  read(reading: Reading): Promise<void>;
}
