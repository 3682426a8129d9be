/** Who may know whom. rooms.test.ts holds every import of `src` and `webview`, and the table in README, against this. */

export interface Room {
  /** The rooms that its files may import from, besides its own. */
  readonly knows: readonly string[];
  /** Single files of further rooms that it may import. */
  readonly doors?: readonly string[];
  /** What it runs in, besides the language itself. Default: anything with JavaScript. */
  readonly needs?: "node" | "vscode";
}

export const rooms: Readonly<Record<string, Room>> = {
  "src/engine": { knows: [] },
  "src/protocol": { knows: [] },
  "src/describe": { knows: ["src/protocol"] },
  "src/picture": { knows: ["src/describe", "src/protocol"] },
  "src/inspect": { knows: ["src/engine", "src/protocol"], needs: "node" },
  "src/python": { knows: ["src/engine"], needs: "node" },
  "src/runner": { knows: ["src/python", "src/inspect", "src/engine", "src/protocol"], needs: "node" },
  "src/cli": { knows: ["src/runner", "src/describe", "src/picture", "src/protocol"], needs: "node" },
  "src/extension": { knows: ["src/protocol", "src/describe"], doors: ["src/runner/client.ts", "src/runner/paths.ts"], needs: "vscode" },
  "src/typescriptPlugin": { knows: [], needs: "node" },
  webview: { knows: ["src/protocol", "src/describe", "src/picture"] },
};

/**
 * The floors of the engine, from the ground: files and folders of `src/engine`. A file imports from its own floor and from those beneath it; what a floor adds
 * to a type further down (the methods of `Tensor`, the events of `Observer`), it adds from above, by declaration merging.
 */
export const floors: readonly (readonly string[])[] = [
  ["errors.ts", "inspect.ts", "warnings.ts", "narrowFloats.ts", "interruption.ts", "dtype.ts", "size.ts", "nestedList.ts", "math", "arguments.ts"],
  ["storage.ts", "device.ts", "tensor.ts", "values.ts"],
  ["kernels"],
  ["print"],
  ["random"],
  ["observer.ts", "operation.ts"],
  ["autograd"],
  ["dispatch"],
  ["ops/rules"],
  ["ops"],
  ["nn", "nn/utils/rnn.ts"],
  ["nn/modules"],
  ["nn/utils"],
  ["nn/index.ts"],
  ["optim"],
  ["distributions"],
  ["differentiation"],
  ["data", "utils.ts"],
  ["io"],
  ["index.ts", "layers.ts", "publicNames.ts", "complete.ts"],
];
