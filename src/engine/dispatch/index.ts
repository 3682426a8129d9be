export { defineComposite, named } from "./composites.js";
export { defineInPlace, inPlace, inPlaceView, overwrite } from "./inPlace.js";
export { defineOperation } from "./operations.js";
export { rowsDefined, type BackwardContext, type Gradient, type OperationRow, type TensorSpec, type ViewRow } from "./rows.js";
export { asOneOfSeveral, defineView } from "./views.js";
