import * as errors from "./errors.js";
import { Module } from "./nn/module.js";
import "./nn/modules/index.js";
import * as layers from "./layers.js";
import * as parameters from "./nn/parameter.js";
import { PackedSequence } from "./nn/utils/rnn.js";
import { Tensor } from "./tensor.js";

/**
 * Modules, errors and tensors print their class's name. A bundler may give a class another one (esbuild does where a class mentions itself, minifiers
 * do everywhere), so that the name it is exported under is stated here once and for all.
 */
for (const exported of [{ Module, PackedSequence, Tensor }, layers, parameters, errors]) {
  for (const [name, value] of Object.entries<unknown>(exported)) {
    if (typeof value === "function" && value.name !== name && /^class\b/.test(Function.prototype.toString.call(value))) {
      Object.defineProperty(value, "name", { value: name, configurable: true });
    }
  }
}
