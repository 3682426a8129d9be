/**
 * What an assistant may ask about the models of a file, and the answers: short, as data. One list for VS Code's language model tools and for the Model Context
 * Protocol server of the terminal. Texts are for language models, and in English.
 */
import { indexOf } from "./modelIndex.js";
import { argumentsText } from "./arguments.js";
import { diffData } from "./diffData.js";
import { formatShape } from "./format.js";
import { findingsOf } from "./findings/findings.js";
import { initializationCode, distributionText } from "./initialization.js";
import { diffFiles } from "./modelDiff.js";
import { overviewOf } from "./overview.js";
import { summarize, formatSummary } from "./summary.js";
import type { ModelSnapshot, Operand } from "../protocol/index.js";

export interface ToolInput {
  readonly file: string;
  /** Another text of the file. */
  readonly text?: string;
  readonly model?: string;
  readonly path?: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** What it takes besides `file` and, where there are several, `model`. */
  readonly takesPath: boolean;
  /** It takes another text of the file, which is looked at and neither written nor shown. */
  readonly takesText?: true;
  /** `changed`: what the other text of the file makes, of a tool that takes one. */
  readonly answer: (models: readonly ModelSnapshot[], input: ToolInput, changed: readonly ModelSnapshot[]) => unknown;
}

/** Rows and modules that one answer holds at most: it has to be read. */
const most = 120;

export const tools: readonly Tool[] = [
  {
    name: "list_models",
    description:
      "Runs a model file (TypeScript or JavaScript that uses layerscope, Python that uses torch) and lists the neural networks in it: name, class, parameters, how they were initialized, which weights are shared.",
    takesPath: false,
    answer: (models) =>
      models.map((model) => {
        const { parameters, initialized, shared } = overviewOf(model);
        return {
          name: model.name,
          type: model.root.type,
          modules: model.totals.modules,
          parameters,
          initialized,
          shared,
          passFailed: model.trace?.failure?.message ?? null,
        };
      }),
  },
  {
    name: "summarize_model",
    description: "The table of layers of a model with input and output shapes, parameters and multiply-adds, as torchinfo prints it.",
    takesPath: false,
    answer: (models, input) => {
      const lines = formatSummary(summarize(modelOf(models, input)), Infinity).split("\n");
      return lines.length <= most
        ? lines.join("\n")
        : [...lines.slice(0, most - 12), `... ${lines.length - most} lines left out ...`, ...lines.slice(-12)].join("\n");
    },
  },
  {
    name: "shapes_along_forward",
    description:
      "The calls of a model's forward pass in order, with the shape of what goes into each layer and comes out; where it failed, what failed and where.",
    takesPath: false,
    answer: (models, input) => {
      const model = modelOf(models, input);
      const { trace } = model;
      if (!trace) return { missing: model.traceMissing };
      const index = indexOf(model);
      const shapes = (operands: readonly Operand[]): string[] => operands.map((operand) => formatShape(index.shape(operand)));
      const calls = trace.steps.flatMap((step) =>
        step.kind === "module" && step.path !== ""
          ? [{ path: step.path, type: index.module(step.path)?.type, in: shapes(step.inputs), out: shapes(step.outputs) }]
          : [],
      );
      return {
        inputs: shapes(trace.inputs),
        origin: trace.origin,
        calls: calls.slice(0, most),
        leftOut: Math.max(0, calls.length - most),
        outputs: shapes(trace.outputs),
        failure: trace.failure && { message: trace.failure.message, location: trace.failure.location },
      };
    },
  },
  {
    name: "find_problems",
    description:
      "What the run proved to be wrong with a model: NaN, layers that are never called, parameters without gradients or not registered, values that do not follow their initialization.",
    takesPath: false,
    answer: (models, input) =>
      findingsOf(modelOf(models, input))
        .all.slice(0, most)
        .map(({ code, severity, text, remedy, place, location }) => ({ code, severity, module: place.path, text, remedy, location })),
  },
  {
    name: "explain_module",
    description:
      "One module of a model: its class and arguments, where it is made, its parameters with shape, initialization, statistics and with what they are shared, its input and output shapes.",
    takesPath: true,
    answer: (models, input) => {
      const model = modelOf(models, input);
      const index = indexOf(model);
      const module = index.module(input.path ?? "");
      if (!module)
        throw new Error(
          `${model.name} has no module at "${input.path}". Some that it has: ${index.modules
            .slice(1, 30)
            .map(({ path }) => path)
            .join(", ")}`,
        );
      const call = index.calls(module.path).at(-1)?.step;
      return {
        path: module.path,
        type: module.type,
        arguments: argumentsText(module, model.language),
        location: module.location,
        children: module.children.slice(0, most).map(({ name, type }) => `${name}: ${type}`),
        parameters: [...module.parameters, ...module.buffers].map((use) => {
          const { shape, dtype, kind, requiresGrad, initialization, statistics } = index.tensor(use);
          return {
            name: use.name,
            kind,
            shape: formatShape(shape),
            dtype,
            trainable: requiresGrad,
            initialization: initializationCode(initialization, model.language) || null,
            distribution: initialization.kind !== "unknown" && initialization.distribution ? distributionText(initialization.distribution) : null,
            changedSince: initialization.kind === "unknown" ? [] : initialization.modifiedBy,
            sharedWith: index.otherNames(module.path, use),
            statistics: statistics?.finite ?? null,
          };
        }),
        input: call?.inputs.map((operand) => formatShape(index.shape(operand))) ?? null,
        output: call?.outputs.map((operand) => formatShape(index.shape(operand))) ?? null,
      };
    },
  },
  {
    name: "what_would_change",
    description:
      "What would become of the models of a file if its text were another: modules added, removed and changed, totals before and after, problems that would come or go. The text is evaluated for two seconds at most and nothing is written.",
    takesPath: false,
    takesText: true,
    answer: (models, _input, changed) => {
      const problemsOf = (all: readonly ModelSnapshot[]): string[] =>
        all.flatMap((model) => findingsOf(model).all.map(({ code, place, text }) => `${model.name}: ${code} (${place.path}) ${text}`));
      const [before, after] = [problemsOf(models), problemsOf(changed)];
      return {
        ...diffData(diffFiles(models, changed)),
        newProblems: after.filter((each) => !before.includes(each)).slice(0, most),
        problemsGone: before.filter((each) => !after.includes(each)).slice(0, most),
      };
    },
  },
];

/** The schema of a tool's input, as JSON Schema. */
export function inputSchema({ takesPath, takesText }: Tool): {
  readonly type: "object";
  readonly properties: Record<string, object>;
  readonly required: string[];
} {
  return {
    type: "object",
    properties: {
      file: { type: "string", description: "Path of the model file: absolute, or relative to the workspace." },
      model: { type: "string", description: "Name of the model; may be left out where the file has one." },
      ...(takesPath && { path: { type: "string", description: 'Path of the module in the model, such as "encoder.layers.0.attn"; "" is the model itself.' } }),
      ...(takesText && { text: { type: "string", description: "The whole text that the file would have." } }),
    },
    required: ["file", ...(takesPath ? ["path"] : []), ...(takesText ? ["text"] : [])],
  };
}

/** What came as a tool's input; throws where it is none. */
export function readInput(given: unknown): ToolInput {
  const { file, model, path, text } = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
  if (typeof file !== "string" || file === "") throw new Error('"file" is missing: the path of the model file.');
  return {
    file,
    ...(typeof model === "string" && model !== "" && { model }),
    ...(typeof path === "string" && { path }),
    ...(typeof text === "string" && { text }),
  };
}

/** The other text of the file; throws where none came. */
export function textOf({ text }: ToolInput): string {
  if (text === undefined) throw new Error('"text" is missing: the whole text that the file would have.');
  return text;
}

function modelOf(models: readonly ModelSnapshot[], { file, model: name }: ToolInput): ModelSnapshot {
  const names = models.map((model) => model.name).join(", ");
  if (models.length === 0) throw new Error(`${file} makes no model.`);
  const model = name === undefined && models.length === 1 ? models[0] : models.find((each) => each.name === name);
  if (!model) throw new Error(name === undefined ? `${file} has several models, name one: ${names}` : `${file} has no model "${name}"; it has: ${names}`);
  return model;
}
