import type { Concept } from '../concept/conceptSet.js';

/** Concepts as they are found, each mask and each name once. */
export class ConceptCollection {
  readonly concepts: Concept[] = [];
  private readonly byMask = new Map<string, string>();
  private readonly names = new Set<string>();
  private readonly equal: string[] = [];

  constructor(
    private readonly samples: number,
    private readonly notes: string[],
  ) {}

  note(sentence: string): void {
    this.notes.push(sentence);
  }

  /** One that the user asked for: kept whatever it says, unless it says the same as another. */
  addNamed(name: string, mask: Uint32Array, expression?: string): void {
    const ones = countBits(mask);
    if (ones === 0 || ones === this.samples) {
      this.notes.push(`Concept "${name}" holds of ${ones === 0 ? 'no row' : 'every row'}.`);
    }
    this.add(name, 'expression', mask, expression);
  }

  /** One that is made from a column: left out where it holds of no row or of all. */
  addMeasured(name: string, category: string, mask: Uint32Array, expression?: string): void {
    const ones = countBits(mask);
    if (ones > 0 && ones < this.samples && !this.names.has(name)) this.add(name, category, mask, expression);
  }

  finish(): string[] {
    if (this.equal.length > 0) {
      const more = this.equal.length > 5 ? `, and ${this.equal.length - 5} more` : '';
      this.notes.push(
        `Left out, because they hold of the same rows as another: ${this.equal.slice(0, 5).join(', ')}${more}.`,
      );
    }
    return this.notes;
  }

  private add(name: string, category: string, mask: Uint32Array, expression?: string): void {
    const key = Buffer.from(mask.buffer, mask.byteOffset, mask.byteLength).toString('latin1');
    const same = this.byMask.get(key);
    if (same !== undefined) {
      this.equal.push(`"${name}" (as "${same}")`);
      return;
    }
    this.byMask.set(key, name);
    this.names.add(name);
    this.concepts.push({ name, category, ofSamples: mask, ofPositions: null, ...(expression ? { expression } : {}) });
  }
}

function countBits(mask: Uint32Array): number {
  let count = 0;
  for (let word of mask) for (; word !== 0; word &= word - 1) count++;
  return count;
}
