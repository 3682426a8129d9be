import { ValueError } from "../../errors.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { pad, type PaddingMode } from "../../ops/padding.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { repeat, type Sizes } from "../sizes.js";

/**
 * Padding layers: elements added around a sequence, an image or a volume, with or without batch and channels. The padding is one number for
 * all sides, or before and after each dimension from the last one on: [left, right, top, bottom, front, back].
 */

interface PaddingOptions {
  readonly padding: Sizes;
}

type PaddingArguments = readonly [padding: Sizes] | readonly [options: PaddingOptions];

function paddingOf(layer: string, args: PaddingArguments): Sizes {
  return required(collect<Partial<PaddingOptions>>(layer, ["padding"], args).padding, layer, "padding");
}

abstract class Padding extends Module {
  static override readonly [declaration]: LayerDeclaration<Padding> = {
    family: "padding",
    arguments: ({ padding }) => ({ padding }),
  };

  readonly padding: readonly number[];

  constructor(
    dims: number,
    private readonly mode: PaddingMode,
    args: PaddingArguments,
  ) {
    super();
    this.padding = repeat(paddingOf(new.target.name, args), 2 * dims);
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, this.mode);
  }

  override extraRepr(): string {
    return repr(this.padding);
  }
}

// ---- a constant

interface ConstantPadOptions extends PaddingOptions {
  /** What is added. */
  readonly value: number;
}

type ConstantPadArguments = readonly [padding: Sizes, ...tail: Arguments<[value: number], { readonly value: number }>] | readonly [options: ConstantPadOptions];

abstract class ConstantPad extends Padding {
  static override readonly [declaration]: LayerDeclaration<ConstantPad> = {
    family: "padding",
    arguments: ({ padding, value }) => ({ padding, value }),
  };

  readonly value: number;

  constructor(dims: number, args: ConstantPadArguments) {
    const { padding, value } = collect<Partial<ConstantPadOptions>>(new.target.name, ["padding", "value"], args);
    super(dims, "constant", [required(padding, new.target.name, "padding")]);
    this.value = required(value, new.target.name, "value");
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, "constant", this.value);
  }

  override extraRepr(): string {
    return `padding=${repr(this.padding)}, value=${repr(this.value)}`;
  }
}

/** A value around a sequence. (torch.nn.ConstantPad1d) */
export class ConstantPad1d extends ConstantPad {
  constructor(...args: ConstantPadArguments) {
    super(1, args);
  }
}

/** A value around an image. (torch.nn.ConstantPad2d) */
export class ConstantPad2d extends ConstantPad {
  constructor(...args: ConstantPadArguments) {
    super(2, args);
  }
}

/** A value around a volume. (torch.nn.ConstantPad3d) */
export class ConstantPad3d extends ConstantPad {
  constructor(...args: ConstantPadArguments) {
    super(3, args);
  }
}

/** Zeros around a sequence. (torch.nn.ZeroPad1d) */
export class ZeroPad1d extends ConstantPad1d {
  static override readonly [declaration]: LayerDeclaration<ZeroPad1d> = {
    family: "padding",
    arguments: ({ padding }) => ({ padding }),
  };

  constructor(...args: PaddingArguments) {
    super({ padding: paddingOf(new.target.name, args), value: 0 });
  }

  override extraRepr(): string {
    return repr(this.padding);
  }
}

/** Zeros around an image. (torch.nn.ZeroPad2d) */
export class ZeroPad2d extends ConstantPad2d {
  static override readonly [declaration]: LayerDeclaration<ZeroPad2d> = {
    family: "padding",
    arguments: ({ padding }) => ({ padding }),
  };

  constructor(...args: PaddingArguments) {
    super({ padding: paddingOf(new.target.name, args), value: 0 });
  }

  override extraRepr(): string {
    return repr(this.padding);
  }
}

/** Zeros around a volume. (torch.nn.ZeroPad3d) */
export class ZeroPad3d extends ConstantPad3d {
  static override readonly [declaration]: LayerDeclaration<ZeroPad3d> = {
    family: "padding",
    arguments: ({ padding }) => ({ padding }),
  };

  constructor(...args: PaddingArguments) {
    super({ padding: paddingOf(new.target.name, args), value: 0 });
  }

  override extraRepr(): string {
    return repr(this.padding);
  }
}

// ---- the input itself

/** A sequence mirrored at its ends. (torch.nn.ReflectionPad1d) */
export class ReflectionPad1d extends Padding {
  constructor(...args: PaddingArguments) {
    super(1, "reflect", args);
  }
}

/** An image mirrored at its edges. (torch.nn.ReflectionPad2d) */
export class ReflectionPad2d extends Padding {
  constructor(...args: PaddingArguments) {
    super(2, "reflect", args);
  }
}

/** A volume mirrored at its faces. (torch.nn.ReflectionPad3d) */
export class ReflectionPad3d extends Padding {
  constructor(...args: PaddingArguments) {
    super(3, "reflect", args);
  }
}

/** A sequence with its ends repeated. (torch.nn.ReplicationPad1d) */
export class ReplicationPad1d extends Padding {
  constructor(...args: PaddingArguments) {
    super(1, "replicate", args);
  }
}

/** An image with its edges repeated. (torch.nn.ReplicationPad2d) */
export class ReplicationPad2d extends Padding {
  constructor(...args: PaddingArguments) {
    super(2, "replicate", args);
  }
}

/** A volume with its faces repeated. (torch.nn.ReplicationPad3d) */
export class ReplicationPad3d extends Padding {
  constructor(...args: PaddingArguments) {
    super(3, "replicate", args);
  }
}

abstract class CircularPad extends Padding {
  constructor(
    private readonly dims: number,
    args: PaddingArguments,
  ) {
    super(dims, "circular", args);
  }

  override forward(x: Tensor): Tensor {
    const { dims } = this;
    if (x.ndim !== dims + 1 && x.ndim !== dims + 2) throw new ValueError(`expected ${dims + 1}D or ${dims + 2}D input (got ${x.ndim}D input)`);
    return super.forward(x);
  }
}

/** A sequence as one period of an endless one. (torch.nn.CircularPad1d) */
export class CircularPad1d extends CircularPad {
  constructor(...args: PaddingArguments) {
    super(1, args);
  }
}

/** An image as one tile of an endless one. (torch.nn.CircularPad2d) */
export class CircularPad2d extends CircularPad {
  constructor(...args: PaddingArguments) {
    super(2, args);
  }
}

/** A volume as one cell of an endless one. (torch.nn.CircularPad3d) */
export class CircularPad3d extends CircularPad {
  constructor(...args: PaddingArguments) {
    super(3, args);
  }
}
