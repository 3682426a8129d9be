import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import { formatValue } from "../../src/describe/format.js";
import { argumentsFor, nonlinearityReached } from "../../src/describe/initializationTarget.js";
import { schemeText } from "../../src/describe/schemes.js";
import { parametersText } from "../../src/describe/counts.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { search } from "../../src/describe/search.js";
import {
  type InitializationScheme,
  type InitializationTarget,
  type ModelSnapshot,
  type ModuleSnapshot,
  type Nonlinearity,
  type Reinitialization,
  type SchemeArgument,
  initializationSchemes,
} from "../../src/protocol/index.js";
import { Checkbox, type Choice, Dropdown, type DropdownProps, Link, TextInput } from "../controls.js";
import { countText, explain } from "../queryWords.js";
import { SeedField, seedOf, seedProblem } from "./seedField.js";

const asConstructed = "asConstructed";
const asItIs = "";
const whatASearchFinds = "search";
/** As the pane of the signal has it at first. */
export const wholeModel = "model";

/** What is filled in about a reinitialization, wherever that is asked for. */
export interface ReinitializationChoices {
  /** Null where nothing is chosen, or what is filled in is wrong. */
  readonly reinitialization: Reinitialization | null;
  /** Of what is filled in; null: nothing is wrong. */
  readonly problem: string | null;
  readonly what: string;
  readonly setWhat: (value: string) => void;
  readonly targets: readonly TargetChoice[];
  readonly query: string;
  readonly setQuery: (query: string) => void;
  /** What the search finds, in words; null where nothing is searched. */
  readonly found: string | null;
  readonly how: string;
  readonly setHow: (value: string) => void;
  /** Chooses a scheme for the whole model, with nothing else filled in. */
  readonly tryOut: (how: string) => void;
  readonly scheme: InitializationScheme | null;
  readonly values: Readonly<Record<string, number | string>>;
  readonly typed: Readonly<Record<string, string>>;
  readonly setTyped: (typed: Readonly<Record<string, string>>) => void;
  readonly follows: Nonlinearity | "different" | null;
  readonly zeroes: boolean;
  readonly setZeroes: (zeroes: boolean) => void;
  readonly seed: string;
  readonly setSeed: (typed: string) => void;
}

/** `module`: what is offered first to be filled; `first`: the scheme, and what is to be filled, that are chosen at first; none, and what is offered first, where null. */
export function useReinitialization(
  model: ModelSnapshot,
  module: ModuleSnapshot | null,
  first: { readonly how: string | null; readonly what: string | null },
): ReinitializationChoices {
  const targets = targetsOf(model, module);
  const [chosen, setWhat] = useState(first.what ?? targets[0]!.value);
  const [query, setQuery] = useState("");
  const [how, setHow] = useState(first.how ?? asItIs);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [zeroes, setZeroes] = useState(true);
  const [seed, setSeed] = useState("0");

  const index = indexOf(model);
  const what = targets.some(({ value }) => value === chosen) ? chosen : targets[0]!.value;
  const searched = what === whatASearchFinds ? search(query, index) : null;
  const paths = searched && index.modules.flatMap(({ path }) => (searched.paths.includes(path) ? [path] : []));
  const target = paths ? ({ kind: "search", query, paths } as const) : targets.find(({ value }) => value === what)!.target;
  const scheme = initializationSchemes.find((each) => each.function === how) ?? null;
  const args = scheme?.arguments ?? [];
  const values = Object.fromEntries(args.map((argument) => [argument.name, valueOf(argument, typed[argument.name])]));
  const problem =
    how === asItIs
      ? null
      : ((searched?.error ? explain(searched.error) : null) ??
        (paths?.length === 0 ? (query.trim() === "" ? l10n.t("Say what to search for, as in the search box.") : countText(0)) : null) ??
        seedProblem(seed) ??
        args.map((argument) => problemOf(argument, values[argument.name]!)).find((each) => each !== null) ??
        null);
  const reinitialization: Reinitialization | null =
    how === asItIs || problem !== null
      ? null
      : {
          target,
          choice: scheme
            ? { kind: "scheme", function: scheme.function, arguments: values, ...(!zeroes && { biases: "kept" as const }) }
            : { kind: "asConstructed" },
          seed: seedOf(seed) ?? null,
        };
  return {
    reinitialization,
    problem,
    what,
    setWhat,
    targets,
    query,
    setQuery,
    found: paths && paths.length > 0 ? countText(paths.length) : null,
    how,
    setHow,
    tryOut: (wanted) => {
      setHow(wanted);
      setWhat(wholeModel);
      setTyped({});
      setZeroes(true);
    },
    scheme,
    values,
    typed,
    setTyped,
    follows: nonlinearityReached(model, index, target),
    zeroes,
    setZeroes,
    seed,
    setSeed,
  };
}

/** What is filled. */
export function WhatField({
  of: { what, setWhat, targets, query, setQuery, found },
  position,
}: { readonly of: ReinitializationChoices } & Pick<DropdownProps, "position">) {
  return (
    <>
      <Dropdown {...(position && { position })} label={l10n.t("What")} value={what} choices={targets} onChoose={setWhat} />
      {what === whatASearchFinds && (
        <label>
          <TextInput label={l10n.t("Modules to search for")} placeholder="type:Linear params>1K" value={query} onInput={setQuery} />
          {found !== null && <span class="muted">{found}</span>}
        </label>
      )}
    </>
  );
}

/** With what. `nothing`: what leaves it as it is, where that can be chosen. */
export function HowField({
  of: { how, setHow },
  label,
  nothing,
  position,
}: { readonly of: ReinitializationChoices; readonly label: string; readonly nothing?: string } & Pick<DropdownProps, "position">) {
  return (
    <Dropdown
      {...(position && { position })}
      label={label}
      value={how}
      choices={[
        ...(nothing === undefined ? [] : [{ value: asItIs, text: nothing }]),
        ...initializationSchemes.map(({ function: name }): Choice => ({ value: name, text: name })),
        { value: asConstructed, text: l10n.t("As constructed") },
      ]}
      onChoose={setHow}
    />
  );
}

/** The arguments of the scheme, what becomes of biases, the seed. */
export function SchemeFields({ of }: { readonly of: ReinitializationChoices }) {
  const { scheme, values, typed, setTyped, follows, zeroes, setZeroes, seed, setSeed } = of;
  const args = scheme?.arguments ?? [];
  const asked = args.filter(({ name }) => name === "gain" || name === "nonlinearity");
  const takeWhatFollows = (nonlinearity: Nonlinearity) => {
    const given = argumentsFor(nonlinearity);
    const names = asked.some(({ name }) => name === "nonlinearity") ? (["nonlinearity", "a"] as const) : (["gain"] as const);
    setTyped({ ...typed, ...Object.fromEntries(names.map((name) => [name, String(given[name])])) });
  };
  return (
    <>
      {args.length > 0 && (
        <div class="inspector-form-fields">
          {args.map((argument) =>
            argument.kind === "choice" ? (
              <label key={argument.name}>
                {argument.name}
                <Dropdown
                  label={argument.name}
                  value={String(values[argument.name])}
                  choices={argument.choices.map((choice) => ({ value: choice, text: choice }))}
                  onChoose={(value) => setTyped({ ...typed, [argument.name]: value })}
                />
              </label>
            ) : (
              <label key={argument.name}>
                {argument.name}
                <TextInput
                  label={argument.name}
                  value={typed[argument.name] ?? String(argument.default)}
                  onInput={(value) => setTyped({ ...typed, [argument.name]: value })}
                />
              </label>
            ),
          )}
        </div>
      )}
      {asked.length > 0 &&
        follows !== null &&
        (follows === "different" ? (
          <p class="muted">{l10n.t("Different nonlinearities follow: each has a gain of its own.")}</p>
        ) : (
          <Link onClick={() => takeWhatFollows(follows)}>
            {l10n.t("Gain of the {0} that follows, {1}", String(argumentsFor(follows).nonlinearity), formatValue(Number(argumentsFor(follows).gain)))}
          </Link>
        ))}
      {scheme && (
        <Checkbox checked={zeroes} onChange={setZeroes}>
          {l10n.t("Biases of the layers that it fills become 0")}
        </Checkbox>
      )}
      <SeedField value={seed} onInput={setSeed} />
    </>
  );
}

/** What the scheme does, in words. */
export function schemeWords({ scheme }: ReinitializationChoices): string {
  return scheme ? schemeText(scheme.function) : l10n.t("Each layer's own default.");
}

export interface TargetChoice extends Choice {
  readonly target: InitializationTarget;
}

/** The module, the whole model, all modules of a class, what a search finds: the first is what is shown. */
function targetsOf(model: ModelSnapshot, module: ModuleSnapshot | null): readonly TargetChoice[] {
  const index = indexOf(model);
  const own: readonly TargetChoice[] =
    module === null || module.path === ""
      ? []
      : [
          {
            value: "module",
            text: `${module.path} ${module.type}, ${parametersText(index.totals(module.path).parameters)}`,
            target: { kind: "module", path: module.path },
          },
        ];
  const whole: TargetChoice = {
    value: wholeModel,
    text: l10n.t("Whole model, {0}", parametersText(model.totals.parameters)),
    target: { kind: "model" },
  };
  const types = [...index.typesWithParameters().keys()].map(
    (type): TargetChoice => ({ value: `type ${type}`, text: l10n.t("Every {0}", type), target: { kind: "type", type } }),
  );
  const searched: TargetChoice = { value: whatASearchFinds, text: l10n.t("What a search finds"), target: { kind: "search", query: "", paths: [] } };
  return [...own, whole, ...types, searched];
}

/** NaN of what is no number. */
function valueOf(argument: SchemeArgument, typed: string | undefined): number | string {
  if (argument.kind === "choice") return typed !== undefined && argument.choices.includes(typed) ? typed : argument.default;
  return typed === undefined ? argument.default : typed.trim() === "" ? NaN : Number(typed);
}

function problemOf(argument: SchemeArgument, value: number | string): string | null {
  if (argument.kind === "choice") return null;
  const { minimum = -Infinity, maximum = Infinity } = argument;
  if (typeof value !== "number" || !Number.isFinite(value)) return l10n.t("{0} is a number, e.g. 0.02 or 1e-3.", argument.name);
  if (value < minimum) return l10n.t("{0} is at least {1}.", argument.name, minimum);
  return value > maximum ? l10n.t("{0} is at most {1}.", argument.name, maximum) : null;
}
