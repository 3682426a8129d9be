import * as l10n from "@vscode/l10n";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { schemeText } from "../../src/describe/schemes.js";
import { parametersText } from "../../src/describe/counts.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import {
  type InitializationTarget,
  type ModelSnapshot,
  type ModuleSnapshot,
  type Reinitialization,
  type SchemeArgument,
  initializationSchemes,
} from "../../src/protocol/index.js";
import { Button, Checkbox, type Choice, Dropdown, Link, TextInput } from "../controls.js";
import { useSession } from "../pageSession.js";
import { isBusy } from "../state.js";

interface ReinitializeFormProps {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
  readonly onClose: () => void;
}

const asConstructed = "asConstructed";

/** Fills parameters anew, in place: what, how, and from which seed. It stays open, to try one after the other. */
export function ReinitializeForm({ model, module, onClose }: ReinitializeFormProps) {
  const { page, act, request, tell, announce, can } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const heading = useId();
  const targets = targetsOf(model, module);
  const [what, setWhat] = useState(targets[0]!.value);
  const [how, setHow] = useState(initializationSchemes[0]!.function);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [seed, setSeed] = useState("0");
  const [forward, setForward] = useState(true);
  useEffect(() => form.current?.querySelector<HTMLElement>(".dropdown")?.focus(), []);

  const scheme = initializationSchemes.find((each) => each.function === how);
  const args = scheme?.arguments ?? [];
  const values = Object.fromEntries(args.map((argument) => [argument.name, valueOf(argument, typed[argument.name])]));
  const seedValue = seed.trim() === "" ? null : /^\s*\d+\s*$/.test(seed) && Number.isSafeInteger(Number(seed)) ? Number(seed) : undefined;
  const problem =
    seedValue === undefined
      ? l10n.t("The seed is a whole number, or nothing: then the generator goes on from where it stands.")
      : args.map((argument) => problemOf(argument, values[argument.name]!)).find((each) => each !== null);
  const target = targets.find(({ value }) => value === what)?.target ?? targets[0]!.target;
  const reinitialization: Reinitialization = {
    target,
    choice: scheme ? { kind: "scheme", function: scheme.function, arguments: values } : { kind: "asConstructed" },
    seed: seedValue ?? null,
  };
  const canRunAgain = model.hasForward && model.trace !== null && can("forward");

  const apply = () => {
    if (problem || isBusy(page)) return;
    request("reinitialize", { model: model.name, ...reinitialization })
      .then(() => {
        announce(l10n.t("Reinitialized."));
        if (forward && canRunAgain) act("forward", { model: model.name, input: { kind: "recorded" }, seed: null });
      })
      .catch((error: Error) => tell(error.message, "problem"));
  };
  const copy = () => {
    request("copyAsCode", { model: model.name, ...reinitialization }).then(
      () => tell(l10n.t("Code copied.")),
      (error: Error) => tell(error.message, "problem"),
    );
  };

  return (
    <form
      ref={form}
      class="reinitialize-form"
      aria-labelledby={heading}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <h2 id={heading}>{l10n.t("Reinitialize")}</h2>
      <Dropdown label={l10n.t("What")} value={what} choices={targets} onChoose={setWhat} />
      <Dropdown
        label={l10n.t("How")}
        value={how}
        choices={[
          ...initializationSchemes.map(({ function: name }): Choice => ({ value: name, text: name })),
          { value: asConstructed, text: l10n.t("As constructed") },
        ]}
        onChoose={setHow}
      />
      <p class="muted">
        {scheme ? schemeText(scheme.function) : l10n.t("Each layer's own default.")}
        {scheme && scheme.minDimensions > 1 && ` ${l10n.t("Biases of the layers that it fills become 0.")}`}
      </p>
      {args.length > 0 && (
        <div class="reinitialize-arguments">
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
                  onKeyDown={(event) => event.key === "Enter" && apply()}
                />
              </label>
            ),
          )}
        </div>
      )}
      <label>
        {l10n.t("Seed")}
        <TextInput label={l10n.t("Seed")} value={seed} onInput={setSeed} onKeyDown={(event) => event.key === "Enter" && apply()} />
      </label>
      {canRunAgain && (
        <Checkbox checked={forward} onChange={setForward}>
          {l10n.t("Run forward after it")}
        </Checkbox>
      )}
      {problem && (
        <p class="reinitialize-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="reinitialize-actions">
        <Button primary disabled={isBusy(page) || Boolean(problem)} onClick={apply}>
          {l10n.t("Apply")}
        </Button>
        <Link onClick={copy}>{l10n.t("Copy as Code")}</Link>
        <Link onClick={() => act("insertAsCode", { model: model.name, ...reinitialization })}>{l10n.t("Insert as Code")}</Link>
        <Link onClick={onClose}>{l10n.t("Close")}</Link>
      </div>
    </form>
  );
}

interface TargetChoice extends Choice {
  readonly target: InitializationTarget;
}

/** The module, the whole model, all modules of a class: the first is what is shown. */
function targetsOf(model: ModelSnapshot, module: ModuleSnapshot): readonly TargetChoice[] {
  const index = indexOf(model);
  const own: TargetChoice = {
    value: "module",
    text: `${module.path} ${module.type}, ${parametersText(index.totals(module.path).parameters)}`,
    target: { kind: "module", path: module.path },
  };
  const whole: TargetChoice = {
    value: "model",
    text: l10n.t("Whole model, {0}", parametersText(model.totals.parameters)),
    target: { kind: "model" },
  };
  const types = [...index.typesWithParameters().keys()].map(
    (type): TargetChoice => ({ value: `type ${type}`, text: l10n.t("Every {0}", type), target: { kind: "type", type } }),
  );
  return [...(module.path === "" ? [] : [own]), whole, ...types];
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
