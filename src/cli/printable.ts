const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One line without control characters: what comes from files must not write on the terminal as it likes. */
export const onOneLine = (text: string): string =>
  text
    .replace(/\s*[\r\n]\s*/g, ' ')
    .replace(controls, '�')
    .trim();

/** A name from a file, for a table's cell. */
export function printable(name: string): string {
  const safe = name.replace(controls, '�');
  return safe.length > 80 ? `${safe.slice(0, 79)}…` : safe;
}
