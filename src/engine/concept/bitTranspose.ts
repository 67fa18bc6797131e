/**
 * Transposes a 32 × 32 bit matrix in place: bit j of word i ⇄ bit i of word j, by exchanging ever smaller blocks
 * (Warren, Hacker's Delight, 7-3).
 */
export function transpose32(words: Uint32Array): void {
  let mask = 0x0000ffff;
  for (let size = 16; size > 0; size >>>= 1) {
    for (let i = 0; i < 32; i = (i + size + 1) & ~size) {
      const moved = ((words[i] >>> size) ^ words[i + size]) & mask;
      words[i] ^= moved << size;
      words[i + size] ^= moved;
    }
    mask ^= mask << (size >>> 1);
  }
}
