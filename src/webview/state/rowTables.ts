import type { LayerRows, PanelError } from '../../shared/panelProtocol.js';
import { panelError, type HostClient } from '../protocol/index.js';
import { indexRows, type RowIndex } from './rowOrder.js';

export interface RowTable {
  rows: LayerRows | null;
  index: RowIndex | null;
  error: PanelError | null;
  /** Counts the versions of `rows`. */
  version: number;
}

interface Pulled extends RowTable {
  fresh: boolean;
  pulling: boolean;
  pulledAt: number;
}

/** Rows change with every unit that is labelled; asking for them more often than this would show nothing more. */
const pauseBetweenPulls = 300;

/** The rows of each layer, pulled when they are looked at and again when the host says that they are other. */
export class RowTables {
  readonly #tables = new Map<string, Pulled>();

  constructor(
    private readonly host: HostClient,
    private readonly changed: () => void,
  ) {}

  /** What is known of a layer's rows now; asks for them where that is not the newest. */
  get(layer: string): RowTable {
    let table = this.#tables.get(layer);
    if (!table) {
      table = { rows: null, index: null, error: null, version: 0, fresh: false, pulling: false, pulledAt: -Infinity };
      this.#tables.set(layer, table);
    }
    if (!table.fresh && !table.pulling) void this.#pull(layer, table);
    return table;
  }

  /** What has been pulled, without asking. */
  peek(layer: string): RowTable | null {
    return this.#tables.get(layer) ?? null;
  }

  /** @param layers null: all */
  outdate(layers: string[] | null): void {
    for (const layer of layers ?? this.#tables.keys()) {
      const table = this.#tables.get(layer);
      if (table) table.fresh = false;
    }
  }

  async #pull(layer: string, table: Pulled): Promise<void> {
    table.pulling = true;
    const wait = table.pulledAt + pauseBetweenPulls - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    table.fresh = true;
    try {
      const rows = await this.host.call('rows', { layer });
      table.rows = rows;
      table.index = indexRows(rows);
      table.error = null;
    } catch (error) {
      table.error = panelError(error);
    }
    table.version++;
    table.pulling = false;
    table.pulledAt = performance.now();
    this.changed();
  }
}
