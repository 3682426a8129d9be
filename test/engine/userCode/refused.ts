import * as torch from "layerscope";
import { nn, type Tensor } from "layerscope";

/** What must not compile: an editor says so before anything runs. Held against the packed package, as what is accepted is. */

const x = torch.ones(2, 4);
const linear = new nn.Linear(4, 4);

// @ts-expect-error a Linear takes a tensor
linear("text");
// @ts-expect-error it takes one
linear(x, x);
// @ts-expect-error and gives one
export const text: string = linear(x);
// @ts-expect-error an LSTM gives a pair
export const output: Tensor = new nn.LSTM(4, 4)(x);
// @ts-expect-error a loss wants a target
new nn.MSELoss()(x);
// @ts-expect-error a Sequential takes what its first module takes
new nn.Sequential(linear, new nn.ReLU())("text");
// @ts-expect-error a ReLU has no weight
void new nn.Sequential(linear, new nn.ReLU())[1].weight;
// @ts-expect-error there is no such option
void new nn.Linear(4, 4, { stride: 2 });

export function zeroBiases(module: nn.Module): void {
  // @ts-expect-error a layer may be without bias
  if (module instanceof nn.Linear) nn.init.zeros_(module.bias);
}
// @ts-expect-error this one is
nn.init.zeros_(new nn.Linear(4, 4, { bias: false }).bias);

const heads = new nn.ModuleDict({ mask: linear, classes: new nn.ReLU() });
// @ts-expect-error there is no head of that name
void heads.msk;
// @ts-expect-error a ReLU has no weight
void heads.classes.weight;
// @ts-expect-error there is no parameter of that name
void new nn.ParameterDict({ left: x }).right;
// @ts-expect-error a ReLU is no Linear
void new nn.ModuleDict<nn.Linear>([["b", new nn.ReLU()]]);
// @ts-expect-error a tensor is no module
void new nn.ModuleList([x]);
// @ts-expect-error neither is a function
export const module: nn.Module = (input: Tensor): Tensor => input;

class Scale extends nn.Module {
  override forward(input: Tensor, factor: number): Tensor {
    return input.mul(factor);
  }
}
// @ts-expect-error the factor is missing
new Scale()(x);
for (const each of new nn.ModuleList<Scale | nn.ReLU>([new Scale(), new nn.ReLU()])) {
  // @ts-expect-error one of the two takes no text
  each("text", 2);
}
// @ts-expect-error Scale takes no arguments
void new Scale(2);

class Residual<F extends nn.Module> extends nn.Module {
  constructor(readonly f: F) {
    super();
  }
}
// @ts-expect-error a tensor is no module
void new Residual(x);
// @ts-expect-error the field's own type is known
new Residual(linear).f("text");
