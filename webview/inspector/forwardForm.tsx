import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import { failureText } from "../../src/describe/failure.js";
import { formatCount } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { shapesText } from "../../src/describe/shapes.js";
import { fillOf, fillsOf, fillText, inputDTypes, inputsToType, readInput, type TypedInput } from "../../src/describe/typedInputs.js";
import type { Fill, ForwardTrace, ModelSnapshot } from "../../src/protocol/index.js";
import { Dropdown, Icon, Link, TextInput } from "../controls.js";
import { OwnPassLink } from "../ownPassLink.js";
import { useSession } from "../pageSession.js";
import { InspectorForm } from "./inspectorForm.js";
import { SeedField, seedOf, seedProblem } from "./seedField.js";

/** More inputs than this are shown when asked for: a cache of keys and values has some for every layer. */
const inputsShown = 6;

/** Runs the model forward, in place: the shape, dtype and values of each input, and the seed. What came of it, or why it failed, stands beneath. */
export function ForwardForm({ model }: { readonly model: ModelSnapshot }) {
  const { request, announce } = useSession();
  const { trace } = model;
  const [inputs, setInputs] = useState(() => inputsToType(model));
  const [seed, setSeed] = useState("");
  const [all, setAll] = useState(false);
  /** What the last run of this form came to; null before it, and once something else is filled in. */
  const [outcome, setOutcome] = useState<{ readonly refusal: string | null } | null>(null);
  const shown = shapesOf(inputsToType(model));
  // Another pass is shown, as after the way back to the recorded inputs. That of what stands here already keeps the choices.
  useEffect(() => {
    if (trace && shown !== shapesOf(inputs)) setInputs(inputsToType(model));
  }, [shown]);

  const read = inputs.map((input, at) => readInput(input, at, trace));
  const wrong = read.map((each) => ("problem" in each ? each.problem : null));
  const problem = wrong.find((each) => each !== null) ?? seedProblem(seed);
  const change = (at: number, changed: Partial<TypedInput>) => {
    setOutcome(null);
    setInputs(inputs.map((input, other) => (other === at ? { ...input, ...changed } : input)));
  };
  const run = () => {
    const stated = read.flatMap((each) => ("input" in each ? [each.input] : []));
    // What the pass is to be filled with stays chosen: as values of that pass they would be the same ones again.
    setInputs(inputs.map((input, at) => (fillOf(input, at, trace) === "recorded" ? input : { ...input, fill: fillOf(input, at, trace) })));
    const asGiven = trace !== null && stated.length === trace.inputs.length && shown === shapesOf(inputs) && stated.every(({ fill }) => fill === "recorded");
    request("forward", { model: model.name, input: asGiven ? { kind: "recorded" } : { kind: "stated", inputs: stated }, seed: seedOf(seed) ?? null }).then(
      () => {
        setOutcome({ refusal: null });
        announce(l10n.t("Ran forward."));
      },
      (error: Error) => setOutcome({ refusal: error.message }),
    );
  };
  const failure = outcome && (outcome.refusal ?? (trace?.failure ? failureText(indexOf(model)) : null));
  const count = all ? inputs.length : Math.min(inputs.length, inputsShown);

  return (
    <InspectorForm
      title={l10n.t("Run forward")}
      action={l10n.t("Run Forward")}
      problem={problem ?? failure}
      ready={problem === null}
      onApply={run}
      links={<OwnPassLink model={model} />}
    >
      {inputs.slice(0, count).map((input, at) => (
        <InputFields
          key={at}
          name={input.label || (inputs.length > 1 ? l10n.t("Input {0}", at + 1) : l10n.t("Input"))}
          input={input}
          fill={fillOf(input, at, trace)}
          trace={trace}
          onChange={(changed) => change(at, changed)}
          onRemove={inputs.length > 1 && !trace ? () => setInputs(inputs.filter((_, other) => other !== at)) : null}
        />
      ))}
      {count < inputs.length && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(inputs.length))}</Link>}
      {!trace && <Link onClick={() => setInputs([...inputs, { ...inputs.at(-1)!, shape: "" }])}>{l10n.t("Add an Input")}</Link>}
      <SeedField value={seed} onInput={setSeed} />
      {outcome && trace && failure === null && (
        <p class="forward-result" role="status">
          <Icon name="check" /> {l10n.t("Gave {0}.", shapesText(model, trace.outputs, 4) || l10n.t("no tensor"))}
        </p>
      )}
    </InspectorForm>
  );
}

function shapesOf(inputs: readonly TypedInput[]): string {
  return inputs.map(({ shape, dtype }) => `${shape.replace(/[^\d]+/g, " ").trim()} ${dtype}`).join(";");
}

interface InputFieldsProps {
  readonly name: string;
  readonly input: TypedInput;
  readonly fill: Fill;
  readonly trace: ForwardTrace | null;
  readonly onChange: (changed: Partial<TypedInput>) => void;
  readonly onRemove: (() => void) | null;
}

function InputFields({ name, input, fill, trace, onChange, onRemove }: InputFieldsProps) {
  const fills = fillsOf(input.dtype, trace);
  return (
    <fieldset class="forward-input">
      <legend>
        {name} {onRemove && <Link onClick={onRemove}>{l10n.t("Remove")}</Link>}
      </legend>
      <TextInput label={l10n.t("Shape of {0}", name)} placeholder="2, 4" value={input.shape} onInput={(shape) => onChange({ shape })} />
      <div class="inspector-form-fields">
        <Dropdown
          label={l10n.t("Dtype of {0}", name)}
          value={input.dtype}
          choices={inputDTypes.map((dtype) => ({ value: dtype, text: dtype }))}
          onChoose={(dtype) => onChange({ dtype: inputDTypes.find((each) => each === dtype)! })}
        />
        <Dropdown
          label={l10n.t("Values of {0}", name)}
          value={fill}
          choices={fills.map((each) => ({ value: each, text: fillText(each) }))}
          onChoose={(chosen) => onChange({ fill: fills.find((each) => each === chosen)! })}
        />
      </div>
      {fill === "randint" && input.dtype !== "bool" && (
        <label>
          {l10n.t("less than")}
          <TextInput label={l10n.t("Every number of {0} is less than", name)} value={input.high} onInput={(high) => onChange({ high })} />
        </label>
      )}
    </fieldset>
  );
}
