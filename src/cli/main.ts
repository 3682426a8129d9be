import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as l10n from "@vscode/l10n";
import { version } from "../../package.json";
import {
  type Failure,
  isPermission,
  type ModelSnapshot,
  type Offer,
  type Permission,
  permissions,
  defaultRate,
  mostTrainingSteps,
  trainingLosses,
  type TrainingLoss,
  trainingOptimizers,
  type TrainingOptimizer,
} from "../protocol/index.js";
import { ModelRunner, type RunOutcome } from "../runner/client.js";
import { failureText, isFailureOfPass } from "../describe/failure.js";
import { findingsOf } from "../describe/findings/findings.js";
import { diffData } from "../describe/diffData.js";
import { diffFiles, formatFileDiff } from "../describe/modelDiff.js";
import { mismatchOf } from "../describe/mismatch.js";
import { indexOf } from "../describe/modelIndex.js";
import { formatSummary, summarize, type Summary } from "../describe/summary.js";
import { loadTranslations } from "./translations.js";

/** Findings and errors in the terminal's language. */
const stringsFile = loadTranslations(process.env);

const usage = (): string =>
  l10n.t(`Usage: layerscope COMMAND FILE [OPTION]...
Run the TypeScript, JavaScript or Python model code in FILE, a notebook too, and look at its models.

Commands:
  run FILE         print what the file prints
  summary FILE     print a table of layers, shapes, parameters and multiply-adds, and what was found wrong
  snapshot FILE    print the models as JSON, on one line
  render FILE      draw a model as SVG
  signal FILE      run each model forward and backward once, and print what becomes of the signal on its way: means, spreads, zeros, saturation,
                   gradients; exit status 1 where that finds an error, such as a vanishing signal
  diff FILE OTHER  print what became of the models of FILE in OTHER: modules added, removed and changed, and totals; FILE#MODEL is one model of a file
  mcp [FOLDER]...  answer assistants (Model Context Protocol) over standard input and output; runs files in these folders alone, else in the client's roots

Options:
  --model NAME         only the model of this name
  --build EXPRESSION   summary, snapshot, render: the model that this makes of the file's functions and classes, as in --build "createModel()"
  --scheme NAME        signal: of the model with its weights filled by this function of nn.init instead, as in --scheme kaimingUniform_
  --batches N          signal: so many random batches instead of the recorded inputs
  --steps K            signal: then take so many steps, and print loss, gradients and updates; --optimizer (SGD, Adam, AdamW or RMSprop; default: SGD), --rate and
                       --loss (a function of nn.functional, or output; default: by what the model gives out) say how
  --seed N             signal: seeds the generator for inputs and weights (default: 0)
  --depth N            summary, render: levels of modules to show (default: all; render: as many as fit a first view)
  --json               summary, signal, diff: print JSON
  -o, --output FILE    render: where to write (default: standard output)
  --theme NAME         render: light, dark, high-contrast or high-contrast-light (default: light)
  --background NAME    render: theme, the theme's own, or transparent (default: theme)
  --direction NAME     render: data flows down or right (default: down)
  --overlay NAME       render: show in the boxes parameters, memory, activation-bytes, multiply-adds, weight-std, gradient-norm,
                       activation-mean, activation-std, activation-zeros, time, or of a signal that is measured for it: signal-std, signal-gradient,
                       gradient-ratio or saturation (default: by kind of layer)
  --bookkeeping        render: show operations that only move data, as reshape and transpose, each as a box of its own
  --mark NAME          render: show the overlay as color or as size (default: color)
  --allow NAME         let the file do more than read in its project and write in its own folder, repeatable: read and write anywhere, programs,
                       network, addons (native ones), threads (from files)
  --time-limit SECONDS stop the file after this time (default: none)
  --memory-limit MB    stop the file at this much memory (default: 4096)
  -h, --help           print this
  -V, --version        print the version

Multiply-adds are counted from what ran: products of matrices and vectors, convolutions, attention, recurrent gates and bilinear forms, each from the shapes
it was given; biases, normalizations and element-wise work are not counted. This is what torch.utils.flop_counter counts, halved, and what torchvision
publishes as GMACs. torchinfo counts from parameters instead: it adds biases and normalizations, and leaves out products without parameters, as in attention.

Exit status: 0 if all went well, 1 if the file failed or signal found an error, 2 if the command was wrong; what the file gives to process.exit().`);

class UsageError extends Error {}

interface Options {
  readonly file: string;
  /** The second file of a command that takes two. */
  readonly other: string | undefined;
  readonly model: string | undefined;
  readonly build: string | undefined;
  readonly depth: number;
  readonly json: boolean;
  readonly scheme: string | undefined;
  readonly batches: number;
  readonly seed: number;
  readonly steps: number;
  readonly optimizer: TrainingOptimizer;
  readonly rate: number;
  readonly loss: TrainingLoss | null;
  readonly output: string | undefined;
  readonly theme: string;
  readonly background: string;
  readonly direction: string;
  readonly overlay: string | undefined;
  readonly mark: string;
  readonly bookkeeping: boolean;
  readonly allowed: readonly Permission[];
  readonly timeLimit: number;
  readonly memoryLimit: number;
}

const commands: Readonly<Record<string, (options: Options) => Promise<number>>> = { run, summary, snapshot, render, signal, diff };

async function main(argv: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        model: { type: "string" },
        build: { type: "string" },
        depth: { type: "string" },
        scheme: { type: "string" },
        batches: { type: "string" },
        seed: { type: "string" },
        steps: { type: "string" },
        optimizer: { type: "string", default: "SGD" },
        rate: { type: "string" },
        loss: { type: "string" },
        json: { type: "boolean", default: false },
        output: { type: "string", short: "o" },
        theme: { type: "string", default: "light" },
        background: { type: "string", default: "theme" },
        direction: { type: "string", default: "down" },
        overlay: { type: "string" },
        mark: { type: "string", default: "color" },
        bookkeeping: { type: "boolean", default: false },
        allow: { type: "string", multiple: true, default: [] },
        "time-limit": { type: "string" },
        "memory-limit": { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(usage());
    return 0;
  }
  if (values.version) {
    console.log(version);
    return 0;
  }
  const [name, file, other, ...rest] = positionals;
  if (name === undefined) throw new UsageError("a command is missing");
  if (name === "mcp") {
    const { serve } = await import("./mcp.js");
    const runner = new ModelRunner({ dist: fileURLToPath(new URL(".", import.meta.url)), stringsFile });
    try {
      await serve(runner, positionals.slice(1));
    } finally {
      await runner.dispose();
    }
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`there is no command '${name}'`);
  if (file === undefined) throw new UsageError("a file is missing");
  if (other !== undefined && command !== diff) rest.unshift(other);
  if (rest.length > 0) throw new UsageError(`unexpected argument '${rest[0]}'`);
  const number = (option: "depth" | "batches" | "seed" | "steps" | "rate" | "time-limit" | "memory-limit", otherwise: number): number => {
    const text = values[option];
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0)) throw new UsageError(`--${option} takes a number, not '${text}'`);
    return value;
  };
  const steps = number("steps", 0);
  if (!Number.isInteger(steps) || steps > mostTrainingSteps)
    throw new UsageError(`--steps takes a whole number up to ${mostTrainingSteps}, not '${values.steps}'`);
  const optimizer = oneNamed(trainingOptimizers, "optimizer", values.optimizer);
  return command({
    file,
    other,
    model: values.model,
    build: values.build,
    depth: number("depth", Infinity),
    json: values.json,
    scheme: values.scheme,
    batches: number("batches", 0),
    seed: number("seed", 0),
    steps,
    optimizer,
    rate: number("rate", defaultRate[optimizer]),
    loss: values.loss === undefined ? null : oneNamed(trainingLosses, "loss", values.loss),
    output: values.output,
    theme: values.theme,
    background: values.background,
    direction: values.direction,
    overlay: values.overlay,
    mark: values.mark,
    bookkeeping: values.bookkeeping,
    allowed: values.allow.map((name) => {
      if (isPermission(name)) return name;
      throw new UsageError(`--allow takes ${permissions.join(", ")}, not '${name}'`);
    }),
    timeLimit: number("time-limit", Infinity) * 1000,
    memoryLimit: number("memory-limit", 4096),
  });
}

/** A name as it is in TypeScript or in Python. */
function oneNamed<Name extends string>(names: readonly Name[], kind: string, given: string): Name {
  const wanted = given.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const name = names.find((each) => each === wanted);
  if (!name) throw new UsageError(`there is no ${kind} '${given}', there are: ${names.join(", ")}`);
  return name;
}

async function run(options: Options): Promise<number> {
  const { failure, models } = await evaluate(options, true, true);
  return report(failure, models);
}

async function summary(options: Options): Promise<number> {
  const { models, failure, offers } = await evaluate(options, false);
  const status = report(failure, models);
  const shown = chosen(models, options);
  const summaries = shown.map((model) => summarize(model));
  if (options.json) console.log(JSON.stringify(options.model === undefined ? summaries : summaries[0], null, 2));
  else if (shown.length > 0) console.log(summaries.map((each, i) => formatSummary(withoutTold(each, shown[i]!, failure), options.depth)).join("\n\n"));
  else if (status === 0) throw noModel(options, offers);
  return status;
}

/** What standard error tells, with its calls, the table does not tell again: the pass that ended the run. */
function withoutTold(summary: Summary, model: ModelSnapshot, failure: Failure | null): Summary {
  const told = failure && isFailureOfPass(failure, model) ? model.trace?.failure?.step : undefined;
  return { ...summary, findings: summary.findings.filter(({ place }) => place.step === null || place.step !== told) };
}

async function snapshot(options: Options): Promise<number> {
  const { models, failure } = await evaluate(options, false);
  const status = report(failure, models);
  const snapshots = chosen(models, options);
  // On one line: indented, modules in one another would take the square of their number.
  console.log(JSON.stringify(options.model === undefined ? snapshots : snapshots[0]));
  return status;
}

async function signal(options: Options): Promise<number> {
  const { measuredModels, reportOf, schemeNamed, trainedModels } = await import("./signal.js");
  const choice = options.scheme === undefined ? null : schemeNamed(options.scheme);
  if (options.scheme !== undefined && choice === null) throw new UsageError(`there is no scheme '${options.scheme}' in nn.init that fills every weight`);
  const { seed, batches } = options;
  return evaluating(options, false, false, async ({ models, failure, offers }, runner) => {
    const status = report(failure, models);
    const { measured, others } = await measuredModels(runner, options.file, chosen(models, options), { choice, seed, batches });
    for (const why of others) console.error(why);
    if (measured.length + others.length === 0 && status === 0) throw noModel(options, offers);
    const trainings = options.steps > 0 ? await trainedModels(runner, options.file, measured, options) : new Map<string, never>();
    const { text, data, hasErrors } = reportOf(measured, trainings);
    if (options.json) console.log(JSON.stringify(options.model === undefined ? data : data[0], null, 2));
    else if (measured.length > 0) console.log(text);
    return status || (hasErrors || (measured.length === 0 && others.length > 0) ? 1 : 0);
  });
}

async function diff(options: Options): Promise<number> {
  if (options.other === undefined) throw new UsageError("a file to compare with is missing");
  const sides: (readonly ModelSnapshot[])[] = [];
  let status = 0;
  for (const named of [options.file, options.other]) {
    const side = { ...options, ...withModel(named) };
    const { models, failure, offers } = await evaluate(side, false);
    status ||= report(failure, models);
    if (models.length === 0 && status === 0) throw noModel(side, offers);
    sides.push(chosen(models, side));
  }
  const found = diffFiles(sides[0]!, sides[1]!);
  console.log(options.json ? JSON.stringify(diffData(found), null, 2) : formatFileDiff(found));
  return status;
}

/** "net.ts#encoder": a file and one of its models. A file that is called so is itself. */
function withModel(named: string): Pick<Options, "file"> & Partial<Pick<Options, "model">> {
  const at = named.lastIndexOf("#");
  return at <= 0 || existsSync(named) ? { file: named } : { file: named.slice(0, at), model: named.slice(at + 1) };
}

async function render(options: Options): Promise<number> {
  const { renderSvg, themes, directions, overlays, overlayMarks, isMeasured, overlayNeedsSignal } = await import("./render.js");
  const format = options.output?.match(/\.(png|jpe?g|webp|gif|pdf)$/i)?.[1];
  if (format) throw new UsageError(`render writes SVG, not ${format.toUpperCase()}: name the file .svg, or save a PNG from the model view`);
  const theme = named(themes, "theme", options.theme);
  const background = named(
    new Map([
      ["theme", theme.background],
      ["transparent", null],
    ]),
    "background",
    options.background,
  );
  const direction = named(directions, "direction", options.direction);
  const overlay = options.overlay === undefined ? null : named(overlays, "overlay", options.overlay);
  const overlayMark = named(overlayMarks, "mark", options.mark);
  const { models, failure, offers } = await evaluating(options, false, false, async (outcome, runner) => {
    if (overlay === null || !overlayNeedsSignal(overlay)) return outcome;
    const { measuredModels } = await import("./signal.js");
    const { measured } = await measuredModels(runner, options.file, chosen(outcome.models, options), {
      choice: null,
      seed: options.seed,
      batches: options.batches,
    });
    return { ...outcome, models: measured.length > 0 ? measured : outcome.models };
  });
  const status = report(failure, models);
  const [model, ...others] = chosen(models, options);
  if (!model) {
    if (status === 0) throw noModel(options, offers);
    return status;
  }
  if (others.length > 0) throw new UsageError(`${options.file} makes several models, choose one with --model: ${models.map(({ name }) => name).join(", ")}`);
  if (overlay && !isMeasured(model, overlay)) throw new Error(`${model.name} has nothing to show by ${options.overlay}: it was not measured`);
  const svg = await renderSvg(model, {
    theme,
    background,
    depth: options.depth === Infinity ? "auto" : options.depth,
    settings: { direction, overlay, overlayMark, showBookkeeping: options.bookkeeping },
  });
  if (options.output === undefined) console.log(svg);
  else await writeFile(options.output, svg);
  return status;
}

function noModel({ file }: Options, offers: readonly Offer[]): Error {
  const choices = offers.map(({ expression }) => `  --build "${expression}"`);
  return new Error([`${file} makes no model${choices.length > 0 ? "; build one with" : ""}`, ...choices].join("\n"));
}

function named<Value>(choices: ReadonlyMap<string, Value>, kind: string, name: string): Value {
  const choice = choices.get(name);
  if (choice === undefined) throw new UsageError(`there is no ${kind} '${name}', there are: ${[...choices.keys()].join(", ")}`);
  return choice;
}

function evaluate(options: Options, inheritOutput: boolean, isMain = false): Promise<RunOutcome> {
  return evaluating(options, inheritOutput, isMain, (outcome) => outcome);
}

/** With the process that holds the models alive until `then` has ended. */
async function evaluating<Result>(
  { file, build, allowed, timeLimit, memoryLimit }: Options,
  inheritOutput: boolean,
  isMain: boolean,
  then: (outcome: RunOutcome, runner: ModelRunner) => Result | Promise<Result>,
): Promise<Result> {
  const runner = new ModelRunner({ dist: fileURLToPath(new URL(".", import.meta.url)), stringsFile, timeLimit, memoryLimit, inheritOutput });
  const cancel = new AbortController();
  const stop = (): void => cancel.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const outcome = await runner.run(file, {
      workingDirectory: process.cwd(),
      signal: cancel.signal,
      allowed,
      isMain,
      ...(build === undefined ? {} : { build }),
      // Standard output is for what was asked of us.
      onOutput: ({ text }) => process.stderr.write(text),
    });
    return await then(outcome, runner);
  } finally {
    await runner.dispose();
  }
}

function chosen(models: readonly ModelSnapshot[], { model: name, file }: Options): readonly ModelSnapshot[] {
  if (name === undefined) return models;
  const model = models.find((candidate) => candidate.name === name);
  if (!model) throw new Error(`${file} has no model named '${name}'; it has: ${models.map((candidate) => candidate.name).join(", ") || "none"}`);
  return [model];
}

/** Says on standard error what failed, as compilers do, and gives the exit status for it. */
function report(failure: Failure | null, models: readonly ModelSnapshot[]): number {
  if (!failure) return 0;
  if (failure.kind === "exit") return failure.exitCode;
  if (failure.kind === "cancelled") {
    // Python code may raise KeyboardInterrupt itself.
    if (failure.traceback !== undefined) process.stderr.write(failure.traceback);
    return 130;
  }
  const model = models.find((each) => isFailureOfPass(failure, each));
  const finding = model && findingsOf(model).all.find(({ place }) => place.step === model.trace?.failure?.step);
  if (failure.traceback !== undefined) {
    const mismatch = model && mismatchOf(indexOf(model));
    process.stderr.write(mismatch ? `${failure.traceback.trimEnd()}\n${mismatch.sentence}.\n` : failure.traceback);
    return 1;
  }
  const { hint, stack } = failure;
  const location = finding?.location ?? failure.location;
  const isElsewhere = location?.line !== failure.location?.line || location?.file !== failure.location?.file;
  const place = location ? `${location.file}:${location.line}:${location.column}: ` : "layerscope: ";
  const calls = stack.map(
    ({ function: name, location: { file, line, column } }) => `    at ${name ? `${name} (${file}:${line}:${column})` : `${file}:${line}:${column}`}`,
  );
  const message = model ? failureText(indexOf(model)) : failure.message;
  console.error([`${place}error: ${message}`, ...(hint ? [hint] : []), ...(stack.length > 1 || isElsewhere ? calls : [])].join("\n"));
  return 1;
}

// Whoever reads us may stop early, as `head` does.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(`layerscope: ${(error as Error).message}${isUsage ? "\nTry 'layerscope --help'." : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
