import type { Tensor } from "../../tensor.js";
import { Module } from "../module.js";

/** Gives back its input; takes any arguments, to stand where another layer stood. (torch.nn.Identity) */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}
