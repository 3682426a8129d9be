/** Numbers where a tensor could stand, for generated models: before an operator, in a branch, written into a part. */
import * as torch from "../../src/engine/index.js";
import { common, features, pair, type Repertoire, rows } from "./generated.js";

const operations: Repertoire["operations"] = [
  (dice) => pair(dice, (x) => x.rsub(1)),
  (dice) => pair(dice, (x, y) => x.rsub(y)),
  (dice) => pair(dice, (x) => torch.pow(2, x.tanh())),
  (dice) => pair(dice, (x, y) => torch.pow(2, torch.rsub(x.tanh(), 1)).mul(y)),
  (dice) => pair(dice, (x) => torch.where(x.gt(0), 0, x)),
  (dice) => pair(dice, (x) => x.reciprocal().mul(2).clamp(-1, 1)),
  (dice) => pair(dice, (x) => x.floorDivide(2)),
  (dice) => pair(dice, (x) => x.remainder(3).neg()),
  (dice) => pair(dice, (x) => x.clone().indexPut_([torch.slice(), torch.slice(0, 2)], 0.5)),
  (dice) => pair(dice, (x) => x.clone().indexPut_([torch.tensor([0, 2])], 3)),
  (dice) => pair(dice, (x, y) => torch.zeros(rows, features).indexPut_([1], y.at(0)).add(torch.fill(x, 2))),
];

export const numbers: Repertoire = { ...common, operations: [...operations, ...operations, ...common.operations] };
