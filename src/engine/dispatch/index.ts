export { explained } from "./arguments.js";
export { defineComposite, named } from "./composites.js";
export { composed, linearInAll, linearInEach } from "./derivatives.js";
export { defineInPlace, inPlace, inPlaceView, overwrite } from "./inPlace.js";
export { defineOperation } from "./operations.js";
export {
  eachForTheOther,
  itself,
  rowsDefined,
  type BackwardContext,
  type DifferentiableRow,
  type Differentiation,
  type Gradient,
  type OperationRow,
  type Read,
  type RecordedBackward,
  type TensorSpec,
  type ViewRow,
} from "./rows.js";
export { asOneOfSeveral, defineView } from "./views.js";
export { ShownNode } from "../autograd/graph.js";
export { keeping } from "./savedArguments.js";
