import { initializationSchemes, type Language, type ModelSnapshot, type ModuleSnapshot, type Reinitialization, type TensorId } from "../protocol/index.js";
import { writeArgument, writeName } from "./arguments.js";
import { reachedModules } from "./initializationTarget.js";
import { indexOf } from "./modelIndex.js";

/** How a file calls what the script needs. */
export interface NamesInFile {
  /** What has `manualSeed`, e.g. "torch". */
  readonly torch: string;
  /** What has `init`, e.g. "nn", "torch.nn". */
  readonly nn: string;
  /** How the file writes a class that it makes modules of; null where it does not. */
  readonly classOf: (type: string) => string | null;
}

/** A parameter that a reinitialization writes to. */
interface Write {
  readonly tensor: TensorId;
  readonly module: ModuleSnapshot;
  /** The module's own name for it. */
  readonly name: string;
  /** Filled by the scheme, else with zeros. */
  readonly isFilled: boolean;
}

/** The code that does to a model what a reinitialization does, in the same order, so that the same seed gives the same numbers. */
export function initializationScript(model: ModelSnapshot, { target, choice, seed }: Reinitialization, names: NamesInFile): string {
  const { language } = model;
  const root =
    target.kind === "module" && target.path !== "" ? `${model.name}.${writeName("getSubmodule", language)}(${quoted(target.path, language)})` : model.name;
  const lines = seed === null ? [] : [statement(`${names.torch}.${writeName("manualSeed", language)}(${seed})`, language)];
  if (choice.kind === "asConstructed") {
    if (target.kind === "search") {
      const paths = reachedModules(indexOf(model), target).map(({ path }) => path);
      return [...lines, ...resetsOf(root, paths, language)].join("\n");
    }
    return [...lines, ...resets(root, target.kind === "type" ? names.classOf(target.type) : null, language)].join("\n");
  }
  const scheme = initializationSchemes.find(({ function: name }) => name === choice.function)!;
  const given = scheme.arguments.flatMap(({ name, default: byDefault, isRequired }) => {
    const value = choice.arguments[name] ?? byDefault;
    return value === byDefault && !isRequired ? [] : [typeof value === "number" ? numberArgument(name, value, language) : writeArgument(name, value, language)];
  });
  const options = given.length === 0 ? "" : language === "python" ? `, ${given.join(", ")}` : `, { ${given.join(", ")} }`;
  const fill = (parameter: string): string => statement(`${names.nn}.init.${writeName(choice.function, language)}(${parameter}${options})`, language);
  const zero = (parameter: string): string => statement(`${names.nn}.init.zeros_(${parameter})`, language);
  const all = writesOf(model, target, scheme).filter(({ isFilled }) => isFilled || choice.biases !== "kept");
  const types = typesOf(model, all, target, names);
  return [
    ...lines,
    ...(types
      ? byType(root, choice.biases === "kept" ? types.map(({ written }) => ({ written, biases: "none" })) : types, fill, zero, language)
      : byName(model, all, fill, zero, language)),
  ].join("\n");
}

/** What is written to, in order. The rule is that of the reinitialization itself (src/inspect/reinitialize.ts). */
function writesOf(
  model: ModelSnapshot,
  target: Reinitialization["target"],
  { minDimensions, maxDimensions = Infinity }: { readonly minDimensions: number; readonly maxDimensions?: number },
): readonly Write[] {
  const index = indexOf(model);
  const writes: Write[] = [];
  const written = new Set<TensorId>();
  for (const module of reachedModules(index, target)) {
    const own = module.parameters.flatMap(({ name, tensor }) => {
      const dimensions = model.tensors[tensor]!.shape?.length;
      return dimensions === undefined ? [] : [{ name, tensor, dimensions }];
    });
    const fits = ({ dimensions }: { readonly dimensions: number }): boolean => dimensions >= minDimensions && dimensions <= maxDimensions;
    let weights = own.filter((each) => each.dimensions >= 2 && fits(each));
    if (weights.length === 0 && target.kind !== "model" && own.every(({ dimensions }) => dimensions < 2)) {
      weights = own.filter((each) => !isBias(each.name) && fits(each));
    }
    const add = (isFilled: boolean, { name, tensor }: (typeof own)[number]): void => {
      if (written.has(tensor)) return;
      written.add(tensor);
      writes.push({ tensor, module, name, isFilled });
    };
    for (const weight of weights) add(true, weight);
    if (weights.length > 0) for (const each of own) if (isBias(each.name)) add(false, each);
  }
  return writes;
}

function isBias(name: string): boolean {
  return /bias/i.test(name);
}

/** Layers that `apply` reaches by their class: how the class is written, and whether some of them, or all, have a bias. */
interface LayerType {
  readonly written: string;
  readonly biases: "none" | "some" | "all";
}

/** Null where to say which parameters takes more than the classes of layers with a weight and a bias. */
function typesOf(model: ModelSnapshot, writes: readonly Write[], target: Reinitialization["target"], names: NamesInFile): readonly LayerType[] | null {
  const index = indexOf(model);
  const filled = writes.filter(({ isFilled }) => isFilled);
  const isPlain = writes.every(({ tensor, name, isFilled }) => model.tensors[tensor]!.names.length === 1 && name === (isFilled ? "weight" : "bias"));
  const paths = new Set(filled.map(({ module }) => module.path));
  const isNested = filled.some(({ module }) => index.within(module.path).some(({ path }) => path !== module.path && paths.has(path)));
  if (!isPlain || isNested) return null;
  const types: LayerType[] = [];
  for (const type of new Set(filled.map(({ module }) => module.type))) {
    const written = names.classOf(type);
    const all = (target.kind === "module" ? index.within(target.path) : index.modules).filter((module) => module.type === type);
    if (written === null || new Set(all.map(({ identity }) => identity)).size !== filled.filter(({ module }) => module.type === type).length) return null;
    const biased = all.filter(({ parameters }) => parameters.some(({ name }) => name === "bias")).length;
    types.push({ written, biases: biased === 0 ? "none" : biased === all.length ? "all" : "some" });
  }
  return types;
}

type Call = (parameter: string) => string;

function byType(root: string, types: readonly LayerType[], fill: Call, zero: Call, language: Language): readonly string[] {
  if (language === "python") {
    const body = types.flatMap(({ written, biases }) => [
      `    if isinstance(module, ${written}):`,
      `        ${fill("module.weight")}`,
      ...(biases === "none"
        ? []
        : biases === "all"
          ? [`        ${zero("module.bias")}`]
          : ["        if module.bias is not None:", `            ${zero("module.bias")}`]),
    ]);
    return ["def initialize(module):", ...body, `${root}.apply(initialize)`];
  }
  const body = types.flatMap(({ written, biases }) => [
    `  if (module instanceof ${written}) {`,
    `    ${fill("module.weight")}`,
    ...(biases === "none" ? [] : [`    if (module.bias) ${zero("module.bias")}`]),
    "  }",
  ]);
  return [`${root}.apply((module) => {`, ...body, "});"];
}

function byName({ name: root, tensors }: ModelSnapshot, writes: readonly Write[], fill: Call, zero: Call, language: Language): readonly string[] {
  const listed = (isFilled: boolean): string =>
    writes.flatMap((write) => (write.isFilled === isFilled ? [quoted(tensors[write.tensor]!.names[0]!, language)] : [])).join(", ");
  const [filled, zeroed] = [listed(true), listed(false)];
  if (language === "python") {
    return [
      `parameters = dict(${root}.named_parameters())`,
      `for name in [${filled}]:`,
      `    ${fill("parameters[name]")}`,
      ...(zeroed === "" ? [] : [`for name in [${zeroed}]:`, `    ${zero("parameters[name]")}`]),
    ];
  }
  return [
    "{",
    `  const parameters = new Map(${root}.namedParameters());`,
    `  for (const name of [${filled}]) ${fill("parameters.get(name)!")}`,
    ...(zeroed === "" ? [] : [`  for (const name of [${zeroed}]) ${zero("parameters.get(name)!")}`]),
    "}",
  ];
}

function resets(root: string, only: string | null, language: Language): readonly string[] {
  if (language === "python") {
    const condition = only === null ? "hasattr(module, 'reset_parameters')" : `isinstance(module, ${only})`;
    return [`for module in ${root}.modules():`, `    if ${condition}:`, "        module.reset_parameters()"];
  }
  const condition = only === null ? `"resetParameters" in module` : `module instanceof ${only}`;
  const call = only === null ? "(module as unknown as { resetParameters(): void }).resetParameters();" : "module.resetParameters();";
  return [`for (const module of ${root}.modules()) {`, `  if (${condition}) ${call}`, "}"];
}

/** The same for modules by their paths. */
function resetsOf(root: string, paths: readonly string[], language: Language): readonly string[] {
  const listed = paths.map((path) => quoted(path, language)).join(", ");
  if (language === "python") {
    return [
      `for path in [${listed}]:`,
      `    module = ${root}.get_submodule(path)`,
      "    if hasattr(module, 'reset_parameters'):",
      "        module.reset_parameters()",
    ];
  }
  return [
    `for (const path of [${listed}]) {`,
    `  const module = ${root}.getSubmodule(path);`,
    `  if ("resetParameters" in module) (module as unknown as { resetParameters(): void }).resetParameters();`,
    "}",
  ];
}

function statement(code: string, language: Language): string {
  return language === "python" ? code : `${code};`;
}

/** With every digit: a rounded gain gives other numbers. */
function numberArgument(name: string, value: number, language: Language): string {
  return writeArgument(name, { code: String(value) }, language);
}

function quoted(text: string, language: Language): string {
  return language === "python" ? `'${text.replace(/[\\']/g, "\\$&")}'` : JSON.stringify(text);
}
