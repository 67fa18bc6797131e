import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encode } from 'fast-png';
import { hasBit, type ConceptSet } from '../../../src/engine/concept/conceptSet.js';
import { placesOf } from '../../../src/engine/concept/placeMask.js';
import { openImages } from '../../../src/engine/probe/images.js';
import type { ImagesProbeFile } from '../../../src/shared/probeFile.js';

/** Pictures of 8 × 8 pixels in a folder of their own, whose masks are as large as they are. */
export function annotatedPictures() {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'onnxplain-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  const write = (file: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    writeFileSync(path.join(base, file), content);
  };
  return {
    base: () => base,
    write,
    /** Half black, half white. */
    paint: (...names: string[]) => {
      const data = Uint8Array.from({ length: 192 }, (_, i) => (i < 96 ? 0 : 255));
      for (const name of names) write(`data/${name}`, encode({ width: 8, height: 8, channels: 3, data }));
    },
    open: (concepts: ImagesProbeFile['concepts']) =>
      openImages(
        { kind: 'images', data: 'data', concepts, preprocess: { resize: [8, 8] } },
        {
          base,
          choice: { kind: 'data', path: base },
          input: { name: 'image', type: 'float', shape: ['N', 3, 8, 8] },
        },
      ),
  };
}

/** The concepts of a set, each with its masks as lines of `#` and `.`, a list a sample; `whole` where it has none. */
export function drawn({ concepts, samples, height, width }: ConceptSet): Record<string, string[][] | boolean[]> {
  return Object.fromEntries(
    concepts.map(({ name, ofPositions, ofSamples }) => {
      const each = Array.from({ length: samples }, (_, sample) => sample);
      if (!ofPositions) return [name, each.map((sample) => hasBit(ofSamples!, sample))];
      const drawnOf = (sample: number) => {
        const mask = placesOf(ofPositions, sample, height * width);
        return Array.from({ length: height }, (_, y) =>
          Array.from({ length: width }, (_, x) => (hasBit(mask, y * width + x) ? '#' : '.')).join(''),
        );
      };
      return [name, each.map(drawnOf)];
    }),
  );
}

const none = '........';

/** Eight lines of eight: those given, then empty ones. */
export const lines = (...first: string[]): string[] => [...first, ...Array<string>(8 - first.length).fill(none)];
