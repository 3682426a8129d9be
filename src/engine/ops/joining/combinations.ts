import { checkedOptions, collect, type Arguments } from "../../arguments.js";
import { defineComposite, named, keeping } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { computes, ofParts } from "../../operation.js";
import { formatSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { indexSelect } from "../indexedSlices.js";
import { broadcastTo, flatten, reshape } from "../shape.js";
import { stack } from "./join.js";
import { integers } from "./repeat.js";

export interface MeshgridOptions {
  /** "ij": the first tensor varies along the first dimension; "xy": along the second. Default "ij". */
  readonly indexing?: "ij" | "xy";
}

/** Vectors expanded to a common grid, one dimension each. (torch.meshgrid) */
export const meshgrid: (
  ...args: Tensor[] | [...tensors: Tensor[], options: MeshgridOptions] | [tensors: readonly Tensor[], options?: MeshgridOptions]
) => Tensor[] = defineComposite(
  { name: "meshgrid", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (...args: Tensor[] | [...tensors: Tensor[], options: MeshgridOptions] | [tensors: readonly Tensor[], options?: MeshgridOptions]): Tensor[] => {
    const list = (args as readonly unknown[]).flat().filter((item): item is Tensor => item instanceof Tensor);
    const last = args.at(-1);
    const { indexing = "ij" } =
      last instanceof Tensor || Array.isArray(last) ? {} : checkedOptions("meshgrid", last as MeshgridOptions | undefined, "indexing");
    if (indexing !== "ij" && indexing !== "xy") {
      throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${String(indexing)}`);
    }
    if (list.length === 0) throw new RuntimeError("meshgrid expects a non-empty TensorList");
    const swap = indexing === "xy" && list.length >= 2;
    const vectors = swap ? [list[1]!, list[0]!, ...list.slice(2)] : list;
    const sizes = vectors.map((x) => x.numel());
    const grids = vectors.map((x, i) =>
      broadcastTo(
        reshape(
          x,
          sizes.map((size, d) => (d === i ? size : 1)),
        ),
        sizes,
      ),
    );
    return swap ? [grids[1]!, grids[0]!, ...grids.slice(2)] : grids;
  },
);

/** Every combination of one element of each vector, a row each. (torch.cartesian_prod) */
export const cartesianProd: (...tensors: Tensor[]) => Tensor = defineComposite(
  { name: "cartesianProd", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (...tensors: Tensor[]): Tensor => {
    if (tensors.length === 1) return tensors[0]!;
    return stack(
      meshgrid(...tensors).map((grid) => flatten(grid)),
      1,
    );
  },
);

export interface CombinationOptions {
  /** How many elements each choice has. Default 2. */
  readonly r?: number;
  /** Whether an element can be chosen again. Default false. */
  readonly withReplacement?: boolean;
}

/** Every choice of `r` elements of a vector, a row each. (torch.combinations) */
export const combinations: (x: Tensor, ...args: Arguments<[r: number, withReplacement: boolean], CombinationOptions>) => Tensor = defineComposite(
  { name: "combinations", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["r", 2], ["withReplacement", false]] },
  (x: Tensor, ...args: Arguments<[r: number, withReplacement: boolean], CombinationOptions>): Tensor => {
    const { r = 2, withReplacement = false } = collect<CombinationOptions>("combinations", ["r", "withReplacement"], args);
    if (x.sizes.length !== 1) throw new RuntimeError("Expect a 1D vector, but got shape " + formatSizes(x.sizes));
    const count = x.sizes[0]!;
    const rows: number[][] = [];
    const extend = (row: number[], from: number): void => {
      if (row.length === r) return void rows.push(row);
      for (let i = from; i < count; i++) extend([...row, i], withReplacement ? i : i + 1);
    };
    extend([], 0);
    return keeping([x], named("StackBackward0", reshape(indexSelect(x, 0, integers(rows.flat(), x.device)), [rows.length, r])));
  },
);
