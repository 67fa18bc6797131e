import { bitsetWords, setBit, type Concept } from '../../concept/conceptSet.js';
import type { PictureFile } from './pictureFiles.js';

/** The folders right below the data folder that hold pictures, in the pictures' order. */
export const classFolders = (files: readonly Pick<PictureFile, 'folder'>[]): string[] => [
  ...new Set(files.flatMap(({ folder }) => folder ?? [])),
];

/** Each class folder as a concept of whole samples. */
export function folderConcepts(files: readonly Pick<PictureFile, 'folder'>[]): Concept[] {
  const sets = new Map(classFolders(files).map((folder) => [folder, new Uint32Array(bitsetWords(files.length))]));
  files.forEach(({ folder }, sample) => {
    if (folder !== null) setBit(sets.get(folder)!, sample);
  });
  return [...sets].map(([name, ofSamples]) => ({ name, category: 'class', ofSamples, ofPositions: null }));
}
