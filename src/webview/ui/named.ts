import { ref } from 'lit/directives/ref.js';

/**
 * Gives a toolkit element its accessible name: `<vscode-text-field ${named('Filter')}>`. As it enters the page, the toolkit
 * overwrites `aria-label` with a word of its own ("Text field", "Loading", "Icon Button"), so it is set after that.
 */
export function named(label: string) {
  return ref((element) => {
    if (element) queueMicrotask(() => element.setAttribute('aria-label', label));
  });
}
