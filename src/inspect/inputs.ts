import * as l10n from "@vscode/l10n";
import type { StatedInput } from "../protocol/index.js";
import type { Engine, Module, Tensor } from "./engine.js";
import type { InputCandidate } from "./infer.js";
import { eachTensorOf, withTensors } from "./structured.js";

/** An input that a layer says it takes. */
export function exampleInput(engine: Engine, { shape, dtype, high = 1 }: InputCandidate, device: "cpu" | "meta"): Tensor {
  if (dtype === "int64") return engine.randint(high, shape, { dtype: engine.int64, device });
  return engine.rand(shape, { dtype: engine[dtype], device });
}

/** In the places of the last pass's tensors, in lists and objects too, where there are as many; else one argument each. */
export function statedArguments(engine: Engine, inputs: readonly StatedInput[], last: readonly unknown[], device: "cpu" | "meta"): readonly unknown[] {
  const recorded: Tensor[] = [];
  eachTensorOf(engine, last, (tensor) => recorded.push(tensor));
  const made: Tensor[] = [];
  for (const [at, stated] of inputs.entries()) {
    // What was one tensor in several places stays one where it is stated alike: attention to itself is told by that.
    const twin = inputs.findIndex((other, place) => place < at && recorded[place] === recorded[at] && JSON.stringify(other) === JSON.stringify(stated));
    made.push(twin >= 0 && recorded[at] ? made[twin]! : statedInput(engine, stated, device, recorded[at] ?? null));
  }
  if (recorded.length !== inputs.length) return made;
  const next = made.values();
  return withTensors(engine, last, () => next.next().value!);
}

function statedInput(engine: Engine, { shape, dtype: dtypeName, fill, high = 10 }: StatedInput, device: "cpu" | "meta", recorded: Tensor | null): Tensor {
  const dtype = engine[dtypeName];
  switch (fill) {
    case "zeros":
    case "ones":
      return engine[fill](shape, { dtype, device });
    case "arange":
      return engine
        .arange(
          shape.reduce((product, size) => product * size, 1),
          { dtype, device },
        )
        .reshape(shape);
    case "recorded": {
      if (!recorded || recorded.isMeta || recorded.numel() === 0) return engine[dtype.isFloatingPoint ? "randn" : "zeros"](shape, { dtype, device });
      const places = engine.arange(shape.reduce((product, size) => product * size, 1)).remainder(recorded.numel());
      return recorded.detach().flatten().indexSelect(0, places).reshape(shape).to(dtype);
    }
    case "randint":
      return engine.randint(high, shape, { dtype, device });
    case "rand":
    case "randn":
      if (!dtype.isFloatingPoint) throw new Error(l10n.t("{0} gives floating-point numbers, not {1}: choose randint, arange, zeros or ones.", fill, dtypeName));
      return engine[fill](shape, { dtype, device });
  }
}

/** Where a module's parameters are; one without any is taken to be on the CPU. */
export function deviceOf({ nn }: Engine, module: Module): "cpu" | "meta" {
  const first = nn.namedParametersOf(module).next();
  return first.done ? "cpu" : first.value[1].device;
}
