import { AttributeError, typeInPython } from "../errors.js";
import type { AnyModule } from "./anyModule.js";
import { isModule, registered } from "./members.js";

/** What stands at a dotted name below a module: "encoder.layers.0.weight". */

/** The module that a dotted name leads to. */
export function submoduleAt(root: AnyModule, target: string): AnyModule {
  if (typeof target !== "string") throw new AttributeError(`'${typeInPython(target)}' object has no attribute 'split'`);
  let module = root;
  for (const name of target === "" ? [] : target.split(".")) {
    const child: unknown = registered(module).modules.get(name) ?? attributeOf(module, name);
    if (!isModule(child)) throw new AttributeError(`\`${name}\` is not an nn.Module`);
    module = child;
  }
  return module;
}

/** The field of that name. */
export function attributeOf(module: AnyModule, name: string): unknown {
  const value = (module as unknown as Readonly<Record<string, unknown>>)[name];
  if (name === "" || value === undefined) throw new AttributeError(`${module.constructor.name} has no attribute \`${name}\``);
  return value;
}

/** The module that a dotted name leads into, and its field of the last name. */
export function memberAt(root: AnyModule, target: string): [module: AnyModule, name: string, value: unknown] {
  if (typeof target !== "string") throw new AttributeError(`'${typeInPython(target)}' object has no attribute 'rpartition'`);
  const dot = target.lastIndexOf(".");
  const module = submoduleAt(root, dot < 0 ? "" : target.slice(0, dot));
  const name = target.slice(dot + 1);
  return [module, name, attributeOf(module, name)];
}
