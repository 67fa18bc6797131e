const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text from files, safe in HTML text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return harmless(text).replace(/[&<>"']/g, (character) => entities[character]);
}

/** A value as JSON that may stand inside a script element: nothing in it can end the element or begin a comment. */
export function scriptJson(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? harmless(part) : part));
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Control characters, which HTML forbids, half surrogates, which UTF-8 can't hold, and characters that turn the direction
 * of writing, by which a name could rearrange the page around it, are shown as U+FFFD.
 */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu, '\ufffd');
}
