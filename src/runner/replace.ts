type Call = (args: readonly unknown[]) => unknown;
type AnyFunction = (...args: unknown[]) => unknown;

/** The same functions as long as the process lives, whatever model code does to the global ones. */
const { apply, construct, defineProperty, get, getOwnPropertyDescriptor } = Reflect;

/**
 * Has `around` stand before a function or a class in the object that holds it: it is given what would be called, and with what. A name that is not there,
 * being of another version of Node, is left out; what is made only when it is first asked for is made no sooner.
 */
export function replace(holder: object, name: string, around: (call: Call, args: readonly unknown[]) => unknown): void {
  const descriptor = getOwnPropertyDescriptor(holder, name);
  if (!descriptor) return;
  const standIn = (original: unknown): unknown =>
    typeof original !== "function"
      ? original
      : new Proxy(original as AnyFunction, {
          apply: (target, self, args) => around((given) => apply(target, self, given), args),
          construct: (target, args, newTarget) => around((given) => construct(target, given, newTarget) as object, args) as object,
        });
  const { configurable = false, enumerable = false } = descriptor;
  if ("value" in descriptor) {
    defineProperty(holder, name, { value: standIn(get(holder, name)), writable: true, configurable, enumerable });
    return;
  }
  let value: unknown;
  defineProperty(holder, name, {
    get: () => (value ??= standIn(apply(descriptor.get!, holder, []))),
    set: (other: unknown) => (value = other),
    configurable,
    enumerable,
  });
}
