/**
 * Parameters, buffers and children of PyTorch's layers are registered under PyTorch's own names, which are the keys of state dicts:
 * `running_mean`. This makes them fields of the class in lowerCamelCase too: `bn.runningMean`.
 */
export function nameInCamelCase(prototype: object, ...registeredNames: readonly string[]): void {
  for (const registered of registeredNames) {
    Object.defineProperty(prototype, camelCase(registered), {
      get(this: Record<string, unknown>) {
        return this[registered];
      },
      set(this: Record<string, unknown>, value: unknown) {
        this[registered] = value;
      },
      configurable: true,
    });
  }
}

/** "weight_ih_l0" as "weightIhL0". */
function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
