import type { Scored } from './ranking.js';

/**
 * The beam as the published code keeps it: the formulas with the highest IoU, those found first among equals, however often
 * one and the same mask is among them.
 */
export class PublishedBeam {
  readonly #size: number;
  readonly entries: Scored[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  admits(iou: number): boolean {
    return iou > 0 && (this.entries.length < this.#size || iou > this.entries[this.entries.length - 1].iou);
  }

  /** Adds a formula that `admits` lets in. */
  add(candidate: Scored): void {
    let i = this.entries.length;
    while (i > 0 && candidate.iou > this.entries[i - 1].iou) i--;
    this.entries.splice(i, 0, candidate);
    if (this.entries.length > this.#size) this.entries.pop();
  }
}
