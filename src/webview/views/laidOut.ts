import type { LitVirtualizer } from '@lit-labs/virtualizer';

/** Resolves when a list has its rows in place and can be scrolled; it has no layout to wait for before its first update. */
export async function laidOut(list: Pick<LitVirtualizer, 'updateComplete' | 'layoutComplete'>): Promise<void> {
  await list.updateComplete;
  await list.layoutComplete;
}
