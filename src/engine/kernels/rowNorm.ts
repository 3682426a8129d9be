/**
 * Norms of single rows with the bits of PyTorch's CPU kernel, for where the norm scales what is kept: its order of summation, rounded after every
 * step to the row's precision.
 */
export function rowNorm(row: ArrayLike<number>, order: number, round: (value: number) => number): number {
  const { length } = row;
  if (order === 2) return round(Math.sqrt(sumOfSquares(row, round)));
  let total = 0;
  if (order === Infinity) {
    for (let i = 0; i < length; i++) total = Math.max(total, Math.abs(row[i]!));
    return total;
  }
  for (let i = 0; i < length; i++) total = round(total + round(Math.abs(row[i]!) ** order));
  return round(total ** (1 / order));
}

/** Eight sums at a time; of the rest four together, the last three with one rounding each. */
function sumOfSquares(row: ArrayLike<number>, round: (value: number) => number): number {
  const lanes = 8;
  const { length } = row;
  const square = (i: number): number => round(row[i]! * row[i]!);
  const whole = length - (length % lanes);
  const sums = new Array<number>(lanes).fill(0);
  for (let i = 0; i < whole; i++) sums[i % lanes] = round(sums[i % lanes]! + square(i));
  let total = sums.reduce((sum, each) => round(sum + each));
  const four = length - whole >= 4 ? whole + 4 : whole;
  for (let i = whole; i < four; i++) total = round(total + square(i));
  for (let i = four; i < length; i++) total = round(total + row[i]! * row[i]!);
  return total;
}
