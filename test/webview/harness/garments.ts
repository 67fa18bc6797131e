import type { Picture } from '../../../src/shared/engineApi.js';
import { seeded } from './random.js';

export const garments = [
  't-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

type Point = [number, number];

const outlines: Record<string, Point[]> = {
  't-shirt': [[9, 4], [19, 4], [26, 9], [23, 13], [20, 11], [20, 25], [8, 25], [8, 11], [5, 13], [2, 9]],
  trouser: [[9, 2], [19, 2], [21, 26], [16, 26], [14, 9], [12, 26], [7, 26]],
  pullover: [[9, 4], [19, 4], [24, 8], [26, 24], [22, 24], [20, 12], [20, 25], [8, 25], [8, 12], [6, 24], [2, 24], [4, 8]],
  dress: [[11, 2], [17, 2], [18, 10], [22, 26], [6, 26], [10, 10]],
  coat: [[9, 2], [19, 2], [24, 6], [26, 24], [22, 24], [21, 12], [21, 27], [7, 27], [7, 12], [6, 24], [2, 24], [4, 6]],
  sandal: [[1, 19], [8, 15], [18, 17], [26, 13], [27, 20], [24, 20], [23, 17], [17, 21], [1, 21]],
  shirt: [[9, 3], [13, 5], [19, 3], [25, 8], [26, 22], [22, 22], [20, 11], [20, 26], [8, 26], [8, 11], [6, 22], [2, 22], [3, 8]],
  sneaker: [[1, 18], [7, 16], [13, 10], [17, 12], [22, 11], [26, 14], [27, 20], [1, 21]],
  bag: [[4, 11], [9, 11], [10, 5], [18, 5], [19, 11], [24, 11], [25, 25], [3, 25]],
  'ankle boot': [[3, 19], [11, 15], [13, 3], [24, 3], [25, 22], [21, 22], [20, 20], [14, 22], [3, 22]],
}; // prettier-ignore

/** A grey picture of 28 × 28 pixels that looks like one of Fashion-MNIST's kinds; every sample is another one. */
export function garment(sample: number): { picture: Picture; kind: string } {
  const kind = garments[sample % garments.length];
  const random = seeded(sample * 7919 + 13);
  const canvas = new OffscreenCanvas(28, 28);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'black';
  context.fillRect(0, 0, 28, 28);
  const wide = 0.88 + 0.2 * random();
  const lift = (random() - 0.5) * 2;
  const shade = 90 + 150 * random();
  context.setTransform(wide, 0, 0, 1, 14 * (1 - wide), lift);
  context.fillStyle = `rgb(${shade} ${shade} ${shade})`;
  context.beginPath();
  for (const [x, y] of outlines[kind]) context.lineTo(x, y);
  context.closePath();
  context.fill();
  const pixels = context.getImageData(0, 0, 28, 28).data;
  const stripes = random() > 0.5 ? 2 + Math.floor(random() * 4) : 0;
  for (let i = 0; i < pixels.length; i += 4) {
    if (pixels[i] < 12) continue;
    const y = Math.floor(i / 4 / 28);
    const x = (i / 4) % 28;
    const fold = 22 * Math.sin(x * 0.9 + sample) + 26 * (random() - 0.5) - (stripes && y % stripes === 0 ? 45 : 0);
    for (let c = 0; c < 3; c++) pixels[i + c] = pixels[i + c] + fold;
  }
  const rgba = new Uint8Array(pixels);
  return {
    kind,
    picture: { width: 28, height: 28, rgba, name: `${kind}/${String(sample).padStart(5, '0')}.png`, path: null },
  };
}
