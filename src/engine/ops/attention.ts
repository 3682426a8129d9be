/** Attention: values averaged with weights that a query's likeness to their keys gives, for one head or for several. */
export { type AttentionOptions, scaledDotProductAttention } from "./attention/scaledDotProduct.js";
export { type MultiHeadAttentionOptions, multiHeadAttentionForward } from "./attention/multiHead.js";
