/** Lanes of PyTorch's vectors (AVX2), each with moments of its own, and how many elements a lane takes at a time. */
const [lanes, chunk] = [8, 16];

const round = Math.fround;

/** How many values, their mean, and the sum of squares about it. */
type Partial = readonly [count: number, mean: number, squares: number];

/**
 * Chan's combination as PyTorch rounds it. Outside of vectors (`squaresFirst`) squares that overflow are NaN beside a part without values, which counts
 * for infinity times 0.
 */
function together([n, mean, squares]: Partial, [m, otherMean, otherSquares]: Partial, squaresFirst = false): Partial {
  const part = n + m === 0 ? 0 : round(n / (n + m));
  const delta = round(mean - otherMean);
  const between = squaresFirst ? round(round(round(delta * delta) * part) * m) : round(round(delta * round(part * m)) * delta);
  return [n + m, round(otherMean + round(part * delta)), round(otherSquares + round(squares + between))];
}

function momentsOf(values: Iterable<number>): Partial {
  let [n, mean, squares] = [0, 0, 0];
  for (const value of values) {
    const delta = round(value - mean);
    mean = round(mean + round(delta / ++n));
    squares = round(squares + round(delta * round(value - mean)));
  }
  return [n, mean, squares];
}

/**
 * Mean and variance in float32, by the steps of PyTorch's RowwiseMoments: for values whose squares overflow there, since infinity or NaN then
 * follows from the order of the steps.
 */
export function meanAndVariance(values: readonly number[]): readonly [mean: number, variance: number] {
  const vectors = Math.floor(values.length / lanes);
  let all = momentsOf(values.slice(vectors * lanes));
  for (let lane = 0; lane < lanes; lane++) {
    const ofLane = values.filter((_, i) => i < vectors * lanes && i % lanes === lane);
    const levels: Partial[] = [[0, 0, 0]];
    for (let start = 0, number = 1; start < vectors; start += chunk, number++) {
      levels[0] = together(momentsOf(ofLane.slice(start, start + chunk)), levels[0]!);
      for (let level = 0, mask = number; mask % 2 === 0; level++, mask /= 2) {
        levels[level + 1] = together(levels[level]!, levels[level + 1] ?? [0, 0, 0]);
        levels[level] = [0, 0, 0];
      }
    }
    all = together(
      levels.slice(1).reduce((sum, level) => together(level, sum), levels[0]!),
      all,
      true,
    );
  }
  return [all[1], round(all[2] / values.length)];
}
