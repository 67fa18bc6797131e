/**
 * Eigenvector of the largest eigenvalue of a symmetric positive semi-definite matrix that is known only by its product
 * with a vector. Lanczos with full reorthogonalisation (Parlett, The Symmetric Eigenvalue Problem, ch. 13): each step adds
 * one product; the small tridiagonal matrix that the steps build up has nearly the same largest eigenpair.
 *
 * It stops when the error of the vector is below 1e-10 of its length, by the residual over the gap to the second
 * eigenvalue, or at what float64 can tell; after `size` steps it is exact in any case, so nothing needs a limit.
 *
 * @param size     of the matrix
 * @param multiply writes the matrix times `input` into `output`
 * @returns unit vector, either sign; zeros where the matrix is zero
 */
export function largestEigenvector(
  size: number,
  multiply: (input: Float64Array, output: Float64Array) => void,
): Float64Array {
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let next = startVector(size);
  for (;;) {
    basis.push(next);
    const product = new Float64Array(size);
    multiply(next, product);
    diagonal.push(dot(next, product));
    // Twice is enough: after the second pass the new vector is orthogonal to working precision.
    for (let pass = 0; pass < 2; pass++) for (const vector of basis) addScaled(product, vector, -dot(product, vector));
    const beta = Math.sqrt(dot(product, product));
    const steps = basis.length;
    const scale = Math.max(...diagonal);
    if (scale === 0 && beta === 0) return new Float64Array(size);
    // With no direction left, what the steps span holds the eigenvector exactly.
    const exhausted = steps === size || beta <= 1e-13 * scale;
    if (exhausted || steps % 4 === 0) {
      const { vector, value, second } = largestOfTridiagonal(diagonal, offDiagonal);
      const residual = beta * Math.abs(vector[steps - 1]);
      if (exhausted || residual <= Math.max(1e-10 * (value - second), 1e-15 * value)) {
        const result = new Float64Array(size);
        for (let i = 0; i < steps; i++) addScaled(result, basis[i], vector[i]);
        return result;
      }
    }
    offDiagonal.push(beta);
    next = product.map((x) => x / beta);
  }
}

/** Fixed, and as good as never orthogonal to the vector sought: fractional parts of multiples of the golden ratio. */
function startVector(size: number): Float64Array {
  const vector = Float64Array.from({ length: size }, (_, i) => (((i + 1) * 0.6180339887498949) % 1) - 0.3);
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((x) => x / norm);
}

/** Largest eigenpair of a symmetric tridiagonal matrix, and the second eigenvalue: bisection, then inverse iteration. */
function largestOfTridiagonal(diagonal: readonly number[], offDiagonal: readonly number[]) {
  const value = eigenvalueFromTop(diagonal, offDiagonal, 1);
  const second = diagonal.length > 1 ? eigenvalueFromTop(diagonal, offDiagonal, 2) : 0;
  let vector = Float64Array.from(diagonal, () => 1 / Math.sqrt(diagonal.length));
  for (let i = 0; i < 3; i++) vector = solveShifted(diagonal, offDiagonal, value, vector);
  return { vector, value, second };
}

/** The `rank`-th largest eigenvalue, between Gershgorin's bounds, by Sturm counts. */
function eigenvalueFromTop(diagonal: readonly number[], offDiagonal: readonly number[], rank: number): number {
  let low = Infinity;
  let high = -Infinity;
  diagonal.forEach((d, i) => {
    const radius = Math.abs(offDiagonal[i - 1] ?? 0) + Math.abs(offDiagonal[i] ?? 0);
    low = Math.min(low, d - radius);
    high = Math.max(high, d + radius);
  });
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (countAbove(diagonal, offDiagonal, middle) >= rank) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

/** Number of eigenvalues greater than `x`: the positive pivots of T - x. */
function countAbove(diagonal: readonly number[], offDiagonal: readonly number[], x: number): number {
  let pivot = 1;
  let count = 0;
  for (let i = 0; i < diagonal.length; i++) {
    const coupling = i > 0 ? offDiagonal[i - 1] ** 2 / pivot : 0;
    pivot = diagonal[i] - x - coupling;
    if (pivot === 0) pivot = -Number.MIN_VALUE * 2 ** 60;
    if (pivot > 0) count++;
  }
  return count;
}

/** Solves (T - shift) y = b by Gaussian elimination with row exchanges and returns y at length 1. */
function solveShifted(
  diagonal: readonly number[],
  offDiagonal: readonly number[],
  shift: number,
  b: Float64Array,
): Float64Array<ArrayBuffer> {
  const n = diagonal.length;
  const tiny = Number.EPSILON * Math.max(...diagonal.map(Math.abs), ...offDiagonal.map(Math.abs), Number.MIN_VALUE);
  // Row i of the eliminated matrix holds columns i, i + 1 and (after an exchange) i + 2.
  const first = Float64Array.from(diagonal, (d) => d - shift);
  const second = Float64Array.from({ length: n }, (_, i) => offDiagonal[i] ?? 0);
  const third = new Float64Array(n);
  const y = Float64Array.from(b);
  for (let i = 0; i + 1 < n; i++) {
    let below = offDiagonal[i];
    if (Math.abs(below) > Math.abs(first[i])) {
      [first[i], below] = [below, first[i]];
      [second[i], first[i + 1]] = [first[i + 1], second[i]];
      [third[i], second[i + 1]] = [second[i + 1], third[i]];
      [y[i], y[i + 1]] = [y[i + 1], y[i]];
    }
    if (first[i] === 0) first[i] = tiny;
    const factor = below / first[i];
    first[i + 1] -= factor * second[i];
    second[i + 1] -= factor * third[i];
    y[i + 1] -= factor * y[i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const above = (i + 1 < n ? second[i] * y[i + 1] : 0) + (i + 2 < n ? third[i] * y[i + 2] : 0);
    // The matrix is singular but for rounding, which is what makes the iteration converge in one or two steps.
    const pivot = Math.abs(first[i]) < tiny ? Math.sign(first[i] || 1) * tiny : first[i];
    y[i] = (y[i] - above) / pivot;
  }
  const norm = Math.sqrt(dot(y, y));
  return y.map((value) => value / norm);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * vector[i];
}
