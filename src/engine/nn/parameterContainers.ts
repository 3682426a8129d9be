import { KeyError } from "../errors.js";
import { Tensor } from "../tensor.js";
import { formatModule, Module, parametersByName } from "./module.js";
import { Parameter } from "./parameter.js";

function asParameter(value: Tensor): Parameter {
  return value instanceof Parameter ? value : new Parameter(value);
}

function describe(parameter: Parameter): string {
  return `Parameter containing: [torch.${parameter.dtype.name} of size ${parameter.sizes.join("x")}]`;
}

/** Parameters in a list that registers them (torch.nn.ParameterList). Plain tensors become parameters. */
export class ParameterList extends Module {
  readonly [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  override get length(): number {
    return parametersByName(this).size;
  }

  append(value: Tensor): this {
    this.registerParameter(String(this.length), asParameter(value));
    return this;
  }

  extend(values: Iterable<Tensor>): this {
    for (const value of values) this.append(value);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (const parameter of parametersByName(this).values()) if (parameter !== null) yield parameter;
  }

  override toString(): string {
    return formatModule("ParameterList", [], [...this].map((parameter, i) => `  (${i}): ${describe(parameter)}`));
  }
}

/** Parameters by name (torch.nn.ParameterDict). Plain tensors become parameters. */
export class ParameterDict extends Module {
  constructor(values: Readonly<Record<string, Tensor>> = {}) {
    super();
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  override get length(): number {
    return parametersByName(this).size;
  }

  get(name: string): Parameter {
    const parameter = parametersByName(this).get(name);
    if (parameter == null) throw new KeyError(name);
    return parameter;
  }

  set(name: string, value: Tensor): this {
    this.registerParameter(name, asParameter(value));
    return this;
  }

  has(name: string): boolean {
    return parametersByName(this).has(name);
  }

  keys(): IterableIterator<string> {
    return parametersByName(this).keys();
  }

  entries(): IterableIterator<[string, Parameter]> {
    return parametersByName(this).entries() as IterableIterator<[string, Parameter]>;
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.entries();
  }

  override toString(): string {
    return formatModule("ParameterDict", [], [...this].map(([name, parameter]) => `  (${name}): ${describe(parameter)}`));
  }
}
