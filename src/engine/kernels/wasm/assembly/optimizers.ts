import { fusedMultiplyAdd } from "./math";

/**
 * One step of an optimizer over float32 arrays, rounded where PyTorch's vectorized loops round, provided that a multiplication and addition are rounded once.
 * Addresses in bytes; `count` elements are rounded up to a multiple of four, so arrays need slack.
 */

/** Stochastic gradient descent. `velocity` 0: without momentum; at the `first` step the momentum is the step itself. */
export function sgd(
  param: usize, gradient: usize, velocity: usize, count: i32,
  first: bool, nesterov: bool, sign: f32, rate: f32, decay: f32, kept: f32, entering: f32,
): void {
  const end = param + ((<usize>count) << 2);
  while (param < end) {
    const value = v128.load(param);
    let step = f32x4.mul(v128.load(gradient), f32x4.splat(sign));
    if (decay != 0) step = fusedMultiplyAdd(value, f32x4.splat(decay), step);
    if (velocity != 0) {
      let moving = step;
      if (!first) moving = fusedMultiplyAdd(step, f32x4.splat(entering), f32x4.mul(v128.load(velocity), f32x4.splat(kept)));
      v128.store(velocity, moving);
      step = nesterov ? fusedMultiplyAdd(moving, f32x4.splat(kept), step) : moving;
      velocity += 16;
    }
    v128.store(param, fusedMultiplyAdd(step, f32x4.splat(-rate), value));
    param += 16;
    gradient += 16;
  }
}

/** Adam and AdamW. `entering`: the share of the gradient in its average, 1 - beta1; `correction`: the square root of 1 - beta2^step. */
export function adam(
  param: usize, gradient: usize, average: usize, square: usize, count: i32,
  sign: f32, shrink: f32, decay: f32, entering: f32, keptSquare: f32, enteringSquare: f32, correction: f32, rate: f32, eps: f32,
): void {
  const end = param + ((<usize>count) << 2);
  const kept: f32 = 1 - entering;
  while (param < end) {
    const value = f32x4.mul(v128.load(param), f32x4.splat(shrink));
    let grad = f32x4.mul(v128.load(gradient), f32x4.splat(sign));
    if (decay != 0) grad = fusedMultiplyAdd(value, f32x4.splat(decay), grad);
    const mean = v128.load(average);
    const difference = f32x4.sub(grad, mean);
    // torch.lerp goes from the nearer end.
    const newMean = entering < 0.5 ? fusedMultiplyAdd(difference, f32x4.splat(entering), mean) : fusedMultiplyAdd(f32x4.neg(difference), f32x4.splat(kept), grad);
    v128.store(average, newMean);
    const variance = fusedMultiplyAdd(f32x4.mul(grad, f32x4.splat(enteringSquare)), grad, f32x4.mul(v128.load(square), f32x4.splat(keptSquare)));
    v128.store(square, variance);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(variance), f32x4.splat(correction)), f32x4.splat(eps));
    v128.store(param, f32x4.sub(value, f32x4.div(f32x4.mul(newMean, f32x4.splat(rate)), denominator)));
    param += 16;
    gradient += 16;
    average += 16;
    square += 16;
  }
}

/** RMSprop. `average` 0: not centered; `velocity` 0: without momentum. `entering`: the share of the gradient in its averages, 1 - alpha. */
export function rmsprop(
  param: usize, gradient: usize, square: usize, average: usize, velocity: usize, count: i32,
  sign: f32, rate: f32, decay: f32, kept: f32, entering: f32, momentum: f32, eps: f32,
): void {
  const end = param + ((<usize>count) << 2);
  const rest: f32 = 1 - entering;
  while (param < end) {
    const value = v128.load(param);
    let grad = f32x4.mul(v128.load(gradient), f32x4.splat(sign));
    if (decay != 0) grad = fusedMultiplyAdd(value, f32x4.splat(decay), grad);
    let variance = fusedMultiplyAdd(f32x4.mul(grad, f32x4.splat(entering)), grad, f32x4.mul(v128.load(square), f32x4.splat(kept)));
    v128.store(square, variance);
    if (average != 0) {
      const mean = v128.load(average);
      const difference = f32x4.sub(grad, mean);
      // torch.lerp goes from the nearer end.
      const newMean = entering < 0.5 ? fusedMultiplyAdd(difference, f32x4.splat(entering), mean) : fusedMultiplyAdd(f32x4.neg(difference), f32x4.splat(rest), grad);
      v128.store(average, newMean);
      variance = fusedMultiplyAdd(f32x4.neg(newMean), newMean, variance);
      average += 16;
    }
    const denominator = f32x4.add(f32x4.sqrt(variance), f32x4.splat(eps));
    if (velocity == 0) v128.store(param, f32x4.sub(value, f32x4.div(f32x4.mul(grad, f32x4.splat(rate)), denominator)));
    else {
      const moving = f32x4.add(f32x4.mul(v128.load(velocity), f32x4.splat(momentum)), f32x4.div(grad, denominator));
      v128.store(velocity, moving);
      v128.store(param, fusedMultiplyAdd(moving, f32x4.splat(-rate), value));
      velocity += 16;
    }
    param += 16;
    gradient += 16;
    square += 16;
  }
}
