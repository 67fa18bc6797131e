import type { LitVirtualizer } from '@lit-labs/virtualizer';

/**
 * True when a list has its rows in place and can be scrolled, false where it left the page before that. (It has no layout
 * to wait for before its first update, and rejects the wait when it is taken out.)
 */
export async function laidOut(list: Pick<LitVirtualizer, 'updateComplete' | 'layoutComplete'>): Promise<boolean> {
  await list.updateComplete;
  try {
    await list.layoutComplete;
    return true;
  } catch {
    return false;
  }
}
