// Parameter management: how to reach the parameters of a network, how to initialize them, and how to share them between layers.
//
// This is the chapter of the same name as one would write it in PyTorch, cell by cell. It prints what PyTorch prints after
// torch.manual_seed(0), number for number. Where TypeScript reads differently:
//   - net(X), net[0] and net[0].weight are as in Python; indexing a tensor is w.at(0) for w[0] and w.at(torch.slice(0, 2)) for w[:2].
//   - There are no operators for tensors: w.mul_(mask) is w *= mask, w.ge(5) is w >= 5, w.at(0, 0).fill_(42) is w[0, 0] = 42.
//   - Named arguments go into one object: { std: 0.01 }.
//   - JavaScript has neither tuples nor True and None, so `print` below writes lists, booleans and classes as Python would.
import * as torch from "layerscope";
import { nn } from "layerscope";

function print(...values: unknown[]): void {
  console.log(values.map((value) => (typeof value === "string" ? value : python(value))).join(" "));
}

function python(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === nn.Parameter) return "<class 'torch.nn.parameter.Parameter'>";
  if (Array.isArray(value) && !(value instanceof torch.Size)) return `(${value.map(python).join(", ")})`;
  return String(value);
}

// PyTorch users would find the same numbers with torch.manual_seed(0).
torch.manualSeed(0);

// [1] A multilayer perceptron with one hidden layer. A Sequential runs its layers in order.
const net = new nn.Sequential(
  new nn.Linear(4, 8), // the hidden layer: 4 inputs, 8 units
  new nn.ReLU(),
  new nn.Linear(8, 1), // the output layer: 8 inputs, 1 output
);
const X = torch.rand(2, 4); // two samples with four features each
print(net(X));

// Accessing parameters
// ====================

// [2] The layers of a Sequential are found by their position, and net[2] is the output layer. Its state dict holds everything it
// has learned: a weight of shape (1, 8) and a bias of shape (1).
print(net[2].stateDict());

// [3] A parameter is an object of a class of its own: a tensor that its module knows to be learned. Its values alone are in `data`.
print(net[2].bias.constructor);
print(net[2].bias);
print(net[2].bias.data);

// [4] Beside the values it holds the gradient. There is none yet, because nothing called backward().
print(net[2].weight.grad === null);

// [5] All parameters at once, of one layer and of the whole network. The names lead through the modules: "2.bias" is the bias of net[2].
print(...[...net[0].namedParameters()].map(([name, parameter]) => [name, parameter.shape]));
print(...[...net.namedParameters()].map(([name, parameter]) => [name, parameter.shape]));

// [6] These names are the keys of the network's state dict: another way to the same bias.
print(net.stateDict().get("2.bias")!.data);

// [7] Blocks can be made by functions and nested to any depth. block1 is a small network, block2 four of them in a row, and rgnet a
// block2 with an output layer behind.
function block1() {
  return new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 4), new nn.ReLU());
}

function block2() {
  // The type says what the modules added below are, so that rgnet[0].at(1)[0].bias is known to be the bias of a Linear.
  const blocks = new nn.Sequential<ReturnType<typeof block1>[]>();
  for (let i = 0; i < 4; i++) {
    blocks.addModule(`block ${i}`, block1());
  }
  return blocks;
}

const rgnet = new nn.Sequential(block2(), new nn.Linear(4, 1));
print(rgnet(X));

// [8] Printed, a network shows how it is built.
print(rgnet);

// [9] Nested modules are reached like nested lists: in the block2, the second block1, in that its first layer. (`at(1)` is `[1]` that
// fails where there is none, and may count from the end.)
print(rgnet[0].at(1)[0].bias.data);

// Initializing parameters
// =======================

// [10] Layers come with sensible values: Linear draws uniformly from a range that depends on its number of inputs. The functions of
// nn.init fill a parameter with others. `apply` hands every module of the network to a function, here to draw weights from a normal
// distribution with standard deviation 0.01 and to clear the biases.
function initNormal(m: nn.Module) {
  if (m instanceof nn.Linear) {
    nn.init.normal_(m.weight, { mean: 0, std: 0.01 });
    if (m.bias !== null) nn.init.zeros_(m.bias);
  }
}
net.apply(initNormal);
print([net[0].weight.data.at(0), net[0].bias.data.at(0)]);

// [11] All weights the same: allowed, but the units of a layer would then learn the same and stay the same forever.
function initConstant(m: nn.Module) {
  if (m instanceof nn.Linear) {
    nn.init.constant_(m.weight, 1);
    if (m.bias !== null) nn.init.zeros_(m.bias);
  }
}
net.apply(initConstant);
print([net[0].weight.data.at(0), net[0].bias.data.at(0)]);

// [12] Different layers, different initialization. Xavier's draws uniformly from (-a, a) with a = sqrt(6 / (inputs + outputs)), so that
// signals and gradients keep their size on the way through the layer.
function initXavier(m: nn.Module) {
  if (m instanceof nn.Linear) nn.init.xavierUniform_(m.weight);
}
function init42(m: nn.Module) {
  if (m instanceof nn.Linear) nn.init.constant_(m.weight, 42);
}
net[0].apply(initXavier);
net[2].apply(init42);
print(net[0].weight.data.at(0));
print(net[2].weight.data);

// [13] An initialization of one's own: uniform over (-10, 10), and what is closer to zero than 5 is set to zero, about half of the weights.
// Comparing gives a tensor of booleans, which count as 1 and 0 when they are multiplied.
function myInit(m: nn.Module) {
  if (m instanceof nn.Linear) {
    const [name, parameter] = [...m.namedParameters()][0]!;
    print("Init", name, parameter.shape);
    nn.init.uniform_(m.weight, -10, 10);
    m.weight.data.mul_(m.weight.data.abs().ge(5));
  }
}
net.apply(myInit);
print(net[0].weight.at(torch.slice(0, 2)));

// [14] And parameters can always be set by hand, all of them or a single one.
net[0].weight.data.add_(1);
net[0].weight.data.at(0, 0).fill_(42);
print(net[0].weight.data.at(0));

// Tied parameters
// ===============

// [15] A layer that is used in two places shares its parameters between them: tied[2] and tied[4] are one and the same object. In the
// backward pass the gradients of both places add up.
const shared = new nn.Linear(8, 8);
const tied = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, new nn.ReLU(), shared, new nn.ReLU(), new nn.Linear(8, 1));
tied(X);
print(tied[2].weight.data.at(0).eq(tied[4].weight.data.at(0)));
// Not only equal: what is changed in one place has changed in the other.
tied[2].weight.data.at(0, 0).fill_(100);
print(tied[2].weight.data.at(0).eq(tied[4].weight.data.at(0)));
