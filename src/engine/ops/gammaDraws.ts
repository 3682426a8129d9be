import { checkedOptions } from "../arguments.js";
import { isGradEnabled } from "../autograd/gradMode.js";
import { defineOperation } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { binary, copy } from "../kernels/elementwise.js";
import { gammainc } from "../math/moreSpecialFunctions.js";
import { lgamma } from "../math/specialFunctions.js";
import { computes, notCounted } from "../operation.js";
import { standardNormal } from "../random/distributions.js";
import { binomialNumber, gammaNumber } from "../random/gammaDraws.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { Tensor } from "../tensor.js";
import type { GeneratorOptions } from "./rules/drawing.js";
import { finfo } from "./rules/limits.js";
import { filledLike } from "./rules/reducedDims.js";

/** Gamma, Dirichlet and binomial numbers, as torch.distributions draws them. */

const roundingOf = (x: Tensor): ((value: number) => number) => (x.dtype.name === "float64" ? Number : Math.fround);

function inOrder(x: Tensor): ArrayLike<number> {
  const values = Tensor.allocate(x.sizes, x.dtype, "cpu");
  copy(values, x);
  return values.storage.data;
}

/** How a gamma number moves with its shape while its share of the distribution below stays: minus the slope of the share over the density. */
function slopeByShape(alpha: number, x: number): number {
  const h = 1e-4 * Math.max(alpha, 1e-3);
  const share = (shift: number): number => gammainc(alpha + shift * h, x, false);
  const slope = (share(-2) - 8 * share(-1) + 8 * share(1) - share(2)) / (12 * h);
  const density = Math.exp((alpha - 1) * Math.log(x) - x - lgamma(alpha));
  const result = -slope / density;
  return Number.isFinite(result) ? result : 0;
}

const gammaOf = defineOperation<[concentration: Tensor, generator: Generator]>({
  name: "standardGamma",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["concentration", null],
  infer: (concentration) => ({ sizes: concentration.sizes, dtype: concentration.dtype }),
  forward(output, concentration, generator) {
    const shapes = inOrder(concentration);
    const { tiny } = finfo(concentration.dtype);
    for (let i = 0; i < shapes.length; i++) output.storage.data[i] = Math.max(tiny, gammaNumber(shapes[i]!, generator, standardNormal));
  },
  backward: null,
});

/**
 * Gamma numbers of rate 1. The gradient for the concentration is how such a number moves while its share of the distribution below stays: what is drawn by
 * rejection has no other.
 */
export function standardGamma(concentration: Tensor, generator: Generator): Tensor {
  const drawn = gammaOf(concentration.detach(), generator);
  if (!concentration.requiresGrad || concentration.device !== "cpu") return drawn;
  const slope = filledLike(drawn, drawn.dtype, (result) => binary(result, concentration, drawn, slopeByShape));
  return drawn.add(slope.mul(concentration.sub(concentration.detach())));
}

/** Vectors of the Dirichlet distribution: gamma numbers over their sum, along the last dimension. Throws where a gradient is asked for. */
export function sampleDirichlet(concentration: Tensor, generator: Generator): Tensor {
  if (concentration.requiresGrad && isGradEnabled()) {
    throw new NotImplementedError("samples of Dirichlet and Beta have no gradient for their concentration here: draw them by sample()");
  }
  return dirichletOf(concentration, generator);
}

const dirichletOf = defineOperation<[concentration: Tensor, generator: Generator]>({
  name: "sampleDirichlet",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["concentration", null],
  infer: (concentration) => ({ sizes: concentration.sizes, dtype: concentration.dtype }),
  forward(output, concentration, generator) {
    const shapes = inOrder(concentration);
    const width = concentration.sizes.at(-1)!;
    const { tiny, eps } = finfo(concentration.dtype);
    for (let start = 0; start < shapes.length; start += width) {
      const drawn = Array.from({ length: width }, (_, i) => gammaNumber(shapes[start + i]!, generator, standardNormal));
      const sum = drawn.reduce((total, each) => total + each, 0);
      drawn.forEach((each, i) => (output.storage.data[start + i] = Math.min(1 - eps / 2, Math.max(tiny, each / sum))));
    }
  },
  backward: null,
});

const binomialOf = defineOperation<[count: Tensor, probability: Tensor, generator: Generator]>({
  name: "binomial",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["count", "prob", null],
  infer: (count) => ({ sizes: count.sizes, dtype: count.dtype }),
  forward(output, count, probability, generator) {
    const [counts, probabilities] = [inOrder(count), inOrder(probability)];
    const round = roundingOf(count);
    for (let i = 0; i < counts.length; i++) output.storage.data[i] = binomialNumber(counts[i]!, probabilities[i]!, generator, round);
  },
  backward: null,
});

/** How many of `count` trials succeed, element by element, each with the probability at its place. (torch.binomial) */
export function binomial(count: Tensor, prob: Tensor, options: GeneratorOptions = {}): Tensor {
  const { generator = defaultGenerator } = checkedOptions<GeneratorOptions>("binomial", options, "generator");
  if (count.dtype !== prob.dtype) {
    throw new RuntimeError(`Found dtype ${prob.dtype.scalarType} but expected ${count.dtype.scalarType}`);
  }
  const [n, p] = [count.add(prob.mul(0)), prob.add(count.mul(0))];
  return binomialOf(n.detach(), p.detach(), generator);
}
