import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Slide } from './window.js';

/** From here on it pays to work with the channels last: copies are then of whole runs of channels. */
const fewestChannels = 16;

/** Taps of an axis; there are some nodes for each. */
const mostTaps = 16;

/** Whether `separableMaxPool` can do it: two axes, and each place of the input lies in some window's reach. */
export const isSeparable = (dims: readonly number[], window: readonly Slide[]): boolean =>
  window.length === 2 &&
  dims[1] >= fewestChannels &&
  window.every(
    (slide) => slide.kernel <= mostTaps && new Set(tapsOf(slide).map(({ rest }) => rest)).size === slide.stride,
  );

/**
 * What the input of a pool of largest elements gets, without asking ONNX Runtime for indices, which it finds one element
 * at a time. The largest of a window is the largest of its rows' largest; the first largest in reading order is the first
 * in its row, and that row the first with that largest element. So each axis is done by itself: tap by tap, whether one
 * is larger than all before it, forwards; and backwards from the last tap, what arrives goes where that holds, the rest
 * on to the taps before. Everything is whole arrays with the channels last, rows and columns apart by their place
 * modulo the stride, so that windows that overlap need one addition and no scattering.
 *
 * @param mayBeInfinite whether x may be -∞: padding must not win against it
 */
export function separableMaxPool(
  g: GraphBuilder,
  x: Value,
  gradient: Value,
  [down, right]: readonly Slide[],
  mayBeInfinite: boolean,
): Value {
  const last = (value: Value): Value => g.transpose(value, [0, 2, 3, 1]);
  const [batch, channels, height, width] = g.dims(x);
  const padded = withPadding(g, last(x), [down, right], mayBeInfinite);
  const [rows, columns] = [down, right].map(tapsOf);
  const [most, across] = [down, right].map(placesOf);

  const [tall, wide] = g.dims(padded).slice(1, 3);
  const places = g.reshape(padded, [batch, tall * wide, channels]);
  const rowsApart = Array.from({ length: down.stride }, (_, rest) => {
    const count = Math.ceil((tall - rest) / down.stride);
    const taps = columns.map(({ rest: from, ahead }) =>
      picked(g, places, [count, right.steps], (row, step) => {
        return (row * down.stride + rest) * wide + (step + ahead) * right.stride + from;
      }),
    );
    return { count, ...firstLargest(g, taps) };
  });
  const largest = firstLargest(
    g,
    rows.map(({ rest, ahead }) => g.slice(rowsApart[rest].largest, [ahead], [ahead + down.steps], [1])),
  );

  const byRow = shared(g, last(gradient), largest.isLarger);
  const parts = rowsApart.flatMap(({ count, isLarger }, rest) => {
    const arrived = gathered(g, byRow, rows, rest, 1, [count, right.steps]);
    const byColumn = shared(g, arrived, isLarger);
    return Array.from({ length: right.stride }, (_, column) =>
      g.reshape(gathered(g, byColumn, columns, column, 2, [most, across]), [batch, most * across, channels]),
    );
  });
  const together = parts.length === 1 ? parts[0] : g.op('Concat', parts, { axis: 1 });
  const whole = picked(g, together, [height, width], (row, column) => {
    const [y, x] = [row + down.before, column + right.before];
    const part = (y % down.stride) * right.stride + (x % right.stride);
    return (part * most + Math.floor(y / down.stride)) * across + Math.floor(x / right.stride);
  });
  return g.transpose(whole, [0, 3, 1, 2]);
}

/** A tap of the window reads place (step + ahead) × stride + rest of the padded axis. */
interface Tap {
  rest: number;
  ahead: number;
}

const tapsOf = ({ kernel, stride, dilation }: Slide): Tap[] =>
  Array.from({ length: kernel }, (_, k) => ({
    rest: (k * dilation) % stride,
    ahead: Math.floor((k * dilation) / stride),
  }));

/** Places of each rest, from the first of the padding to the last that counts. */
const placesOf = (slide: Slide): number =>
  Math.max(
    Math.ceil((slide.before + slide.size) / slide.stride),
    ...tapsOf(slide).map(({ ahead }) => ahead + slide.steps),
  );

/** With as much padding as the windows need; less than all that is there stays out of it. */
function withPadding(g: GraphBuilder, x: Value, window: readonly Slide[], mayBeInfinite: boolean): Value {
  const amounts = window.map((slide) => {
    const taps = tapsOf(slide);
    const { rest, ahead } = taps[taps.length - 1];
    const end = (ahead + slide.steps - 1) * slide.stride + rest + 1;
    return [slide.before, Math.max(0, end - slide.before - slide.size)] as const;
  });
  if (amounts.every(([before, after]) => before === 0 && after === 0)) return x;
  const finite = mayBeInfinite && amounts.some(([before]) => before > 0) ? g.op('Max', [x, -3.4028234663852886e38]) : x;
  const [[top, left], [bottom, end]] = [0, 1].map((i) => amounts.map((amount) => amount[i]));
  const pads = g.ints([0, top, left, 0, 0, bottom, end, 0]);
  return g.op('Pad', [finite, pads, Number.NEGATIVE_INFINITY], { mode: 'constant' });
}

/** The largest of the taps, and for each but the first whether it is larger than all before it. */
function firstLargest(g: GraphBuilder, taps: readonly Value[]): { largest: Value; isLarger: Value[] } {
  let [largest] = taps;
  const isLarger = taps.slice(1).map((tap) => {
    const larger = g.op('Greater', [tap, largest], {}, { dims: g.dims(tap) });
    largest = g.op('Max', [largest, tap]);
    return larger;
  });
  return { largest, isLarger };
}

/** What each tap gets of what arrives. */
function shared(g: GraphBuilder, arrived: Value, isLarger: readonly Value[]): Value[] {
  let rest = arrived;
  const shares = [...isLarger].reverse().map((larger) => {
    const share = g.mul(rest, g.float(larger));
    rest = g.sub(rest, share);
    return share;
  });
  return [rest, ...shares.reverse()];
}

/** The sum of what the taps of one rest get, each where the tap reads: in as many rows and columns, of zeros elsewhere. */
function gathered(
  g: GraphBuilder,
  shares: readonly Value[],
  taps: readonly Tap[],
  rest: number,
  axis: 1 | 2,
  sizes: readonly [number, number],
): Value {
  const placed = shares.flatMap((share, k) => {
    if (taps[k].rest !== rest) return [];
    const amounts = g.dims(share).map((size, i): [number, number] => {
      const before = i === axis ? taps[k].ahead : 0;
      return [before, i === 1 || i === 2 ? sizes[i - 1] - before - size : 0];
    });
    return [g.pad(share, amounts)];
  });
  return placed.reduce((sum, value) => g.add(sum, value));
}

/** Rows and columns of places, channels and all: ONNX Runtime gathers with all its threads, and slices with one. */
function picked(
  g: GraphBuilder,
  places: Value,
  [rows, columns]: readonly [number, number],
  placeOf: (row: number, column: number) => number,
): Value {
  const indices = Int32Array.from({ length: rows * columns }, (_, i) => placeOf(Math.floor(i / columns), i % columns));
  const bytes = Buffer.from(indices.buffer);
  return g.op('Gather', [places, g.tensor('int32', [rows, columns], bytes)], { axis: 1 });
}
