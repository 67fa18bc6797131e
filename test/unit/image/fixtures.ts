import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../support/sharedData.js';

export const fixtureFolder = path.join(projectRoot, 'test/fixtures/image');

/** What Pillow and torchvision make of the pictures; written by test/fixtures/image/make.py. */
interface Expected {
  decoded: Record<string, { width: number; height: number; rgb: string }>;
  resized: { from: [number, number, 1 | 3]; to: [number, number]; pixels: string; want: string }[];
  prepared: {
    from: [number, number];
    pixels: string;
    resize: number | [number, number];
    crop: number | [number, number];
    channels: 'rgb' | 'gray';
    mean: number[];
    std: number[];
    shape: [number, number, number];
    want: string;
  }[];
}

export const expected = JSON.parse(readFileSync(path.join(fixtureFolder, 'expected.json'), 'utf8')) as Expected;

export const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
export const floatsOf = (base64: string): Float32Array => new Float32Array(bytesOf(base64).buffer);

/** Largest difference of two arrays of one length. */
export function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
