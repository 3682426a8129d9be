import { requireOneTarget } from "../../ops/loss/reduction.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { logSoftmax } from "../../ops/softmax.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { cat } from "../../ops/joining.js";
import type { Tensor } from "../../tensor.js";
import { ModuleList, Sequential } from "./containers.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import type { FactoryOptions } from "../factory.js";
import { Linear } from "./linear.js";
import { Module } from "../module.js";

export interface AdaptiveLogSoftmaxOptions extends FactoryOptions {
  /** Each cluster is computed from as many features fewer. Default 4. */
  readonly divValue?: number;
  /** Whether the head has a bias. Default false. */
  readonly headBias?: boolean;
}

interface Classes {
  readonly inFeatures?: number;
  readonly nClasses?: number;
  readonly cutoffs?: readonly number[];
}

type AdaptiveLogSoftmaxArguments =
  | readonly [
      inFeatures: number,
      nClasses: number,
      cutoffs: readonly number[],
      ...tail: Arguments<[divValue: number, headBias: boolean], AdaptiveLogSoftmaxOptions>,
    ]
  | readonly [options: AdaptiveLogSoftmaxOptions & Required<Classes>];

/**
 * The log-softmax over very many classes, sorted by how frequent they are: frequent ones are computed from all features, rare ones, in
 * clusters, from fewer (Grave et al., "Efficient softmax approximation for GPUs", 2017). (torch.nn.AdaptiveLogSoftmaxWithLoss)
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  static override readonly [declaration]: LayerDeclaration<AdaptiveLogSoftmaxWithLoss> = {
    family: "loss",
    maps: ["inFeatures", "nClasses"],
    takes: () => [takesFeatures("inFeatures")],
    arguments: ({ inFeatures, nClasses, cutoffs, divValue, headBias }) => ({
      inFeatures,
      nClasses,
      cutoffs: cutoffs.slice(0, -1),
      divValue: optional(divValue, 4),
      headBias: optional(headBias, false),
    }),
  };

  readonly inFeatures: number;
  readonly nClasses: number;
  /** First class of each cluster, and the number of classes. */
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  /** Scores of the frequent classes and of each cluster as a whole. */
  head: Linear<boolean>;
  /** Scores of the classes of each cluster. */
  tail: ModuleList<Sequential<[Linear<false>, Linear<false>]>>;

  constructor(...args: AdaptiveLogSoftmaxArguments) {
    super();
    const names = ["inFeatures", "nClasses", "cutoffs", "divValue", "headBias"] as const;
    const {
      divValue = 4,
      headBias = false,
      ...given
    } = collect<AdaptiveLogSoftmaxOptions & Classes>("AdaptiveLogSoftmaxWithLoss", names, args, ["device", "dtype"]);
    const cutoffs = required(given.cutoffs, "AdaptiveLogSoftmaxWithLoss", "cutoffs");
    this.inFeatures = required(given.inFeatures, "AdaptiveLogSoftmaxWithLoss", "in_features");
    this.nClasses = required(given.nClasses, "AdaptiveLogSoftmaxWithLoss", "n_classes");
    if (cutoffs.length === 0) throw new ValueError("cutoffs should be a sequence of length larger than 0");
    const isSorted = cutoffs.every((cutoff, i) => Number.isInteger(cutoff) && cutoff > (cutoffs[i - 1] ?? 0) && cutoff <= this.nClasses - 1);
    if (!isSorted) {
      throw new ValueError(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1",
      );
    }
    this.cutoffs = [...cutoffs, this.nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    const { device, dtype } = given;
    this.head = new Linear<boolean>(this.inFeatures, cutoffs[0]! + cutoffs.length, { device, dtype, bias: headBias });
    const factory = { device, dtype, bias: false } as const;
    this.tail = new ModuleList(
      cutoffs.map((first, i) => {
        const hidden = Math.floor(this.inFeatures / divValue ** (i + 1));
        return new Sequential(new Linear(this.inFeatures, hidden, factory), new Linear(hidden, this.cutoffs[i + 1]! - first, factory));
      }),
    );
  }

  /** Inputs (N, inFeatures) and classes (N), or one of each: the log-probability of each class, and minus their mean. */
  override forward(x: Tensor, target: Tensor): [output: Tensor, loss: Tensor] {
    const isBatched = target.ndim > 0;
    requireOneTarget(target);
    if (x.ndim !== target.ndim + 1) {
      throw new RuntimeError(`${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with size ${x.shape}`);
    }
    if (isBatched && x.sizes[0] !== target.sizes[0]) throw new RuntimeError("Input and target should have the same size in the batch dimension.");
    this.requireClasses(target);
    const logProbabilities = this.logProb(isBatched ? x : x.unsqueeze(0));
    const output = logProbabilities.gather(1, target.reshape([-1, 1])).squeeze(1);
    return [isBatched ? output : output.squeeze(0), output.neg().mean()];
  }

  private requireClasses(target: Tensor): void {
    if (target.device === "meta" || target.numel() === 0) return;
    const [least, most] = [target.min().item(), target.max().item()];
    if (least >= 0 && most < this.nClasses) return;
    throw new RuntimeError(`Target values should be in [0, ${this.nClasses - 1}], but values in range [${least}, ${most}] were found. `);
  }

  /** Log-probabilities of all classes: (N, inFeatures) to (N, nClasses). */
  logProb(x: Tensor): Tensor {
    const frequent = this.cutoffs[0]!;
    const head = logSoftmax(this.head(x), 1);
    const clusters = [...this.tail].map((cluster, i) => logSoftmax(cluster(x), 1).add(head.narrow(1, frequent + i, 1)));
    return cat([head.narrow(1, 0, frequent), ...clusters], 1);
  }

  /** The likeliest class of each input. */
  predict(x: Tensor): Tensor {
    return this.logProb(x).argmax(1);
  }
}
