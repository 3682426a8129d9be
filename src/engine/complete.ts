/** What is done by being loaded: tensors get their methods, classes their names. Every way into the package starts with it. */
import "./print/tensor.js";
import "./autograd/gradFn.js";
import "./ops/methods.js";
import "./ops/accessors.js";
import "./publicNames.js";
