import type { PanelEvent } from '../shared/panelProtocol.js';
import type { ModelSession } from './session.js';

/** A page needs no more than ten pictures of the work a second. */
const interval = 100;

/**
 * Passes a session's changes on to one page: what comes within an interval is merged, and each event is made from what
 * the session knows when it is sent. Returns the end of it.
 */
export function throttleEvents(session: ModelSession, post: (event: PanelEvent) => void): () => void {
  const due = new Set<PanelEvent['event']>();
  const rows = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    timer = undefined;
    const { structure, probe } = session.results;
    if (due.has('structure') && structure) post({ event: 'structure', structure });
    if (due.has('probe') && probe) post({ event: 'probe', probe });
    if (due.has('layers')) post({ event: 'layers', layers: session.layers() });
    if (rows.size > 0) post({ event: 'rows', layers: [...rows] });
    if (due.has('status')) post({ event: 'status', status: session.status });
    if (due.has('show')) post({ event: 'show', view: session.view });
    due.clear();
    rows.clear();
  };
  const unsubscribe = session.onEvent((event, layers) => {
    due.add(event);
    for (const layer of layers) rows.add(layer);
    timer ??= setTimeout(flush, interval);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
