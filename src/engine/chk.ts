import type { Tensor } from "./tensor.js";
declare const x: Tensor;
x.squeeze().shape; x.squeeze(1).shape; x.squeeze({dim: 1}); x.squeeze([0,1]);
x.reshape(1,2); x.reshape([1,-1]); x.flatten(1); x.flatten(1, 2); x.flatten(1, {endDim: 2}); x.flatten({startDim: 1}); x.chunk(2); x.chunk(2, 1); x.chunk(2,{dim:1});
// @ts-expect-error
x.flatten("a");
// @ts-expect-error
x.flatten(1, {ende: 2});
// @ts-expect-error
x.chunk();
