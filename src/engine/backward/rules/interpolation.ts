import { broadcastDims, type GraphBuilder, type Operand, type Value } from '../emit/graphBuilder.js';
import { product } from './attributes.js';

/** What lies between the elements of a picture, and around it. */
export interface Interpolation {
  kind: 'nearest' | 'linear' | 'cubic';
  /** Of the cubic kernel. */
  cubic?: number;
  outside: 'zeros' | 'border' | 'reflection';
  /** Reflections are about the first and last element; otherwise about the picture's edges, half an element further. */
  aboutElements?: boolean;
}

/** An element of an axis beside a point, batch × points: where it is, how much it counts (absent: 1). */
interface Tap {
  place: Value;
  weight: Value | null;
}

/**
 * A picture at points between its elements, for a definition: it has derivatives by the picture and by the coordinates.
 *
 * @param picture     batch × channels × size ×…
 * @param coordinates by axis: batch × points, where 0 is the first element's centre and 1 the second's
 * @param samples     int64, 1 × points: which sample of the batch each point lies in, where the points are one list
 * @returns batch × points × channels
 */
export function sampledAt(
  g: GraphBuilder,
  picture: Value,
  coordinates: readonly Value[],
  how: Interpolation,
  samples: Value | null = null,
): Value {
  const [count, channels, ...sizes] = g.dims(picture);
  const places = product(sizes);
  const [batch, points] = g.dims(coordinates[0]);
  const rows = g.transpose(g.reshape(picture, [count, channels, places]), [0, 2, 1]);
  const flat = samples ? g.reshape(rows, [1, count * places, channels]) : rows;
  const begin = samples ? [g.op('Mul', [samples, g.ints([places])])] : [];
  const axes = coordinates.map((at, axis) =>
    tapsOf(g, how.kind === 'cubic' ? at : inside(g, at, sizes[axis], how), sizes[axis], how),
  );
  const corners = axes.reduce<Tap[][]>(
    (made, taps) => made.flatMap((corner) => taps.map((tap) => [...corner, tap])),
    [[]],
  );
  return corners
    .map((corner) => {
      const place = corner
        .map((tap, axis) => g.op('Mul', [tap.place, g.ints([product(sizes.slice(axis + 1))])]))
        .concat(begin)
        .reduce((a, b) => g.add(a, b));
      const dims = [batch, points, channels];
      const found = g.op('GatherND', [flat, g.reshape(place, [batch, points, 1])], { batch_dims: 1 }, { dims });
      const weights = corner.flatMap(({ weight }) => (weight === null ? [] : [weight]));
      if (weights.length === 0) return found;
      return g.mul(
        found,
        g.reshape(
          weights.reduce((a, b) => g.mul(a, b)),
          [batch, points, 1],
        ),
      );
    })
    .reduce((a, b) => g.add(a, b));
}

/** Coordinates outside are moved to where the picture goes on; between zeros they stay. */
function inside(g: GraphBuilder, at: Value, size: number, { outside, aboutElements }: Interpolation): Value {
  if (outside === 'zeros') return at;
  if (outside === 'border') return g.op('Clip', [at, 0, size - 1]);
  const [low, high] = aboutElements ? [0, size - 1] : [-0.5, size - 0.5];
  return reflected(g, at, low, high);
}

/** There and back between two ends: a triangle wave. */
function reflected(g: GraphBuilder, at: Value, low: number, high: number): Value {
  const range = high - low;
  if (range === 0) return g.add(g.mul(at, 0), low);
  const way = g.op('Abs', [g.sub(at, low)]);
  const rest = g.sub(way, g.mul(g.op('Floor', [g.mul(way, 1 / (2 * range))]), 2 * range));
  return g.sub(high, g.op('Abs', [g.sub(rest, range)]));
}

function tapsOf(g: GraphBuilder, at: Value, size: number, how: Interpolation): Tap[] {
  if (how.kind === 'nearest') return [tap(g, g.op('Round', [at]), null, size, how)];
  const low = g.op('Floor', [at]);
  const part = g.sub(at, low);
  if (how.kind === 'linear') {
    return [g.sub(1, part), part].map((weight, k) => tap(g, k === 0 ? low : g.add(low, 1), weight, size, how));
  }
  const a = how.cubic ?? -0.75;
  const distances = [g.add(part, 1), part, g.sub(1, part), g.sub(2, part)];
  return distances.map((distance, k) => {
    const isNear = k === 1 || k === 2;
    const weight = isNear
      ? polynomial(g, distance, [a + 2, -(a + 3), 0, 1])
      : polynomial(g, distance, [a, -5 * a, 8 * a, -4 * a]);
    return tap(g, g.add(low, k - 1), weight, size, how);
  });
}

/** By Horner's rule; the highest power first. */
const polynomial = (g: GraphBuilder, x: Value, [first, ...others]: readonly number[]): Value =>
  others.reduce<Operand>((value, coefficient) => g.add(g.mul(value, x), coefficient), first) as Value;

/** An element, which may lie outside of the picture: it counts nothing there, or is the one that stands for it. */
function tap(g: GraphBuilder, at: Value, weight: Value | null, size: number, how: Interpolation): Tap {
  const dims = broadcastDims([g.dims(at)]);
  // What is no number is nowhere: any element will do for it.
  const number = g.op('Where', [g.op('IsNaN', [at], {}, { dims }), 0, at], {}, { dims });
  const moved = how.outside === 'reflection' ? inside(g, number, size, how) : number;
  const place = g.op('Cast', [g.op('Clip', [moved, 0, size - 1])], { to: 7 });
  if (how.outside !== 'zeros') return { place, weight };
  const counts = g.mul(g.mask('GreaterOrEqual', at, 0), g.mask('LessOrEqual', at, size - 1));
  return { place, weight: weight === null ? counts : g.mul(weight, counts) };
}
