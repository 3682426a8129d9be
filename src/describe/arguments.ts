import { type ArgumentValue, type Language, type ModuleSnapshot, type NamedArguments, type OperationName, type StepArgument } from "../protocol/index.js";

/** Arguments in the language of the model file. */

interface Notation {
  readonly name: (name: string) => string;
  readonly between: string;
  readonly true: string;
  readonly false: string;
  readonly null: string;
  text(value: string): string;
  /** Of a number that JSON does not have. */
  readonly codes: Readonly<Record<string, string>>;
}

const notations: Readonly<Record<Language, Notation>> = {
  typescript: { name: (name) => name, between: ": ", true: "true", false: "false", null: "null", text: (value) => JSON.stringify(value), codes: {} },
  python: {
    // A class, as of a function of the code's own, is called what it is called.
    name: (name) => (/^[A-Z][a-z]/.test(name) ? name : name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    between: "=",
    true: "True",
    false: "False",
    null: "None",
    text: (value) => (value.includes("'") ? JSON.stringify(value) : `'${value}'`),
    codes: { Infinity: "math.inf", "-Infinity": "-math.inf", NaN: "math.nan" },
  },
};

/** `inFeatures: 4, bias: true`, in Python `in_features=4, bias=True`. */
export function writeArguments(values: NamedArguments, language: Language): string {
  return Object.entries(values)
    .map(([name, value]) => writeArgument(name, value, language))
    .join(", ");
}

/** `bias: true`, in Python `bias=True`. */
export function writeArgument(name: string, value: ArgumentValue, language: Language): string {
  const { name: write, between } = notations[language];
  return `${write(name)}${between}${writeValue(value, language)}`;
}

/** A name of PyTorch's as the language writes it: `kaimingUniform_`, in Python `kaiming_uniform_`. */
export function writeName(name: string, language: Language): string {
  return notations[language].name(name);
}

/** The name of an operation as the language calls it: `maskedFill`, in Python `masked_fill`. */
export function operationText(name: OperationName, language: Language): string {
  return writeName(`${name}`, language);
}

/** A value as a literal of the language. */
export function writeValue(value: ArgumentValue, language: Language): string {
  const notation = notations[language];
  if (typeof value === "boolean") return value ? notation.true : notation.false;
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") return notation.text(value);
  if (value === null) return notation.null;
  if ("code" in value) return notation.codes[value.code] ?? value.code;
  return `[${value.map((item) => writeValue(item, language)).join(", ")}]`;
}

/** Six digits tell what was written; a computed number has many more. */
function writeNumber(value: number): string {
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return Math.abs(short) < 1e-3 && short !== 0 ? short.toExponential() : String(short);
}
/** All arguments of a module, those that are as by default included; what the user's own `extraRepr` says where there is one. */
export function argumentsText(module: ModuleSnapshot, language: Language): string {
  return module.ownText ?? writeArguments({ ...module.arguments, ...module.defaultArguments }, language);
}

/** What a search for arguments looks at: they may be known as any language writes them. */
export function argumentSpellings(module: ModuleSnapshot): readonly string[] {
  return (Object.keys(notations) as Language[]).map((language) => argumentsText(module, language));
}

/** Longer texts of an operation's arguments are cut. */
const shownLength = 120;

/** The arguments of an operation: `dim: 1, keepdim: true`, in Python `dim=1, keepdim=True`; operands by their values alone, "2, …" where the tensor comes second. */
export function writeStepArguments(given: readonly StepArgument[], language: Language): string {
  const text = given
    .flatMap(({ name, value, isFirst }) => [name === null ? writeValue(value, language) : writeArgument(name, value, language), ...(isFirst ? ["…"] : [])])
    .join(", ");
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}
