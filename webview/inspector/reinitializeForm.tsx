import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
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
import { Checkbox, type Choice, Dropdown, Link, TextInput } from "../controls.js";
import { useSession } from "../pageSession.js";
import { InspectorForm } from "./inspectorForm.js";
import { ReinitializePreview } from "./reinitializePreview.js";
import { SeedField, seedOf, seedProblem } from "./seedField.js";

interface ReinitializeFormProps {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

const asConstructed = "asConstructed";

/** Fills parameters anew, in place: what, how, and from which seed; what would come of it is seen before. */
export function ReinitializeForm({ model, module }: ReinitializeFormProps) {
  const { act, request, tell, announce, can } = useSession();
  const targets = targetsOf(model, module);
  const [what, setWhat] = useState(targets[0]!.value);
  const [how, setHow] = useState(initializationSchemes[0]!.function);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [seed, setSeed] = useState("0");
  const [forward, setForward] = useState(true);

  const scheme = initializationSchemes.find((each) => each.function === how);
  const args = scheme?.arguments ?? [];
  const values = Object.fromEntries(args.map((argument) => [argument.name, valueOf(argument, typed[argument.name])]));
  const problem = seedProblem(seed) ?? args.map((argument) => problemOf(argument, values[argument.name]!)).find((each) => each !== null) ?? null;
  const target = targets.find(({ value }) => value === what)?.target ?? targets[0]!.target;
  const reinitialization: Reinitialization = {
    target,
    choice: scheme ? { kind: "scheme", function: scheme.function, arguments: values } : { kind: "asConstructed" },
    seed: seedOf(seed) ?? null,
  };
  const canRunAgain = model.hasForward && model.trace !== null && can("forward");

  const apply = () => {
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
    <InspectorForm
      title={l10n.t("Reinitialize")}
      action={l10n.t("Apply")}
      problem={problem}
      ready={problem === null}
      onApply={apply}
      links={
        <>
          <Link onClick={copy}>{l10n.t("Copy as Code")}</Link>
          <Link onClick={() => act("insertAsCode", { model: model.name, ...reinitialization })}>{l10n.t("Insert as Code")}</Link>
        </>
      }
      preview={problem === null && <ReinitializePreview model={model} module={module} reinitialization={reinitialization} />}
    >
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
      <SeedField value={seed} onInput={setSeed} />
      {canRunAgain && (
        <Checkbox checked={forward} onChange={setForward}>
          {l10n.t("Run forward after it")}
        </Checkbox>
      )}
    </InspectorForm>
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
