/** `[3, 0]`: where a component lies in the input. */
export function componentName(at: number, dims: readonly number[]): string {
  const place: number[] = [];
  let rest = at;
  for (const length of [...dims].reverse()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `[${place.join(', ')}]`;
}
