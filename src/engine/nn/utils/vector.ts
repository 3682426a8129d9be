import { takingOnly } from "../../arguments.js";
import { TypeError } from "../../errors.js";
import { cat } from "../../ops/joining.js";
import { Tensor } from "../../tensor.js";

/** All parameters one after the other in one vector. (torch.nn.utils.parameters_to_vector) */
export const parametersToVector: (parameters: Iterable<Tensor>) => Tensor = takingOnly(
  "parametersToVector",
  ["parameters"],
  (parameters: Iterable<Tensor>): Tensor => {
    return cat(Array.from(parameters, (parameter) => parameter.reshape([-1])));
  },
);

/** The reverse: each parameter takes its part of the vector as its values. (torch.nn.utils.vector_to_parameters) */
export const vectorToParameters: (vector: Tensor, parameters: Iterable<Tensor>) => void = takingOnly(
  "vectorToParameters",
  ["vector", "parameters"],
  (vector: Tensor, parameters: Iterable<Tensor>): void => {
    if (!(vector instanceof Tensor)) throw new TypeError(`expected torch.Tensor, but got: ${typeof vector}`);
    let start = 0;
    for (const parameter of parameters) {
      const length = parameter.numel();
      parameter.data = vector.narrow(0, start, length).reshape(parameter.sizes).data;
      start += length;
    }
  },
);
