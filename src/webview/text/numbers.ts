const nbsp = '\u00a0';
const minus = '\u2212';

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `9,155` */
export function count(value: number): string {
  return thousands.format(value).replace('-', minus);
}

/** `3 layers`, `1 layer` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)}${nbsp}${value === 1 ? one : many}`;
}

/** A share in [0, 1] as per cent: whole from 1 % on, one decimal below, never a rounded 0 or 100 that is not one. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  if (share <= 0) return `0${nbsp}%`;
  if (share < 0.001) return `<0.1${nbsp}%`;
  if (share < 0.01) return `${(share * 100).toFixed(1)}${nbsp}%`;
  if (share < 1 && share >= 0.995) return `>99${nbsp}%`;
  return `${Math.round(share * 100)}${nbsp}%`;
}

/** IoU, precision, recall: two decimals. */
export function score(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–';
}

/** A metric of maps: three decimals, so that the digits of a column stand below one another. */
export function thousandths(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3).replace('-', minus) : '–';
}

/** An activation or a weight, three significant digits at most: `1.42`, `−0.031`, `12,400`, `3.1e−7`. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  let text: string;
  if (size >= 1e6 || size < 1e-3) text = value.toExponential(1).replace('e+', 'e');
  else if (size >= 100) text = thousands.format(value);
  else text = String(Number(value.toPrecision(3)));
  return text.replaceAll('-', minus);
}

/** `amount` with its sign always written. */
export function signed(value: number): string {
  return value > 0 ? `+${amount(value)}` : amount(value);
}

/** `380 ms`, `2.4 s`, `3 min 12 s` */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}${nbsp}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}${nbsp}s`;
  return `${Math.floor(seconds / 60)}${nbsp}min ${Math.round(seconds % 60)}${nbsp}s`;
}

/** A measured time, three significant digits: `1.98 ms`, `0.047 ms`, `2.41 s`. */
export function precise(milliseconds: number): string {
  const seconds = milliseconds >= 1000;
  const value = seconds ? milliseconds / 1000 : milliseconds;
  return `${Number(value.toPrecision(3))}${nbsp}${seconds ? 's' : 'ms'}`;
}

/** An estimate of time, as one would say it: `1 s`, `40 s`, `2 min`, `3 h`. */
export function roughly(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))}${nbsp}s`;
  if (seconds < 90) return `${10 * Math.round(seconds / 10)}${nbsp}s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)}${nbsp}min` : `${Math.round(seconds / 3600)}${nbsp}h`;
}
