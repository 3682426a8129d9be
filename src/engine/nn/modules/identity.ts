import type { Tensor } from "../../tensor.js";
import { declaration, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";

/** Gives back its input; takes any arguments, to stand where another layer stood. (torch.nn.Identity) */
export class Identity extends Module {
  static override readonly [declaration]: LayerDeclaration<Identity> = {
    family: "identity",
    arguments: () => ({}),
  };

  constructor(..._args: unknown[]) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}
