import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { ForwardTrace, ModelSnapshot, StatedInput } from "../../src/protocol/index.js";
import { formatCount } from "../../src/describe/format.js";
import { parseShape, type ShapeText } from "../../src/describe/shapeText.js";
import { Link } from "../controls.js";
import { useSession } from "../pageSession.js";
import { isBusy } from "../state.js";
import { OperandList } from "./operands.js";

interface InputsProps {
  readonly model: ModelSnapshot;
  readonly trace: ForwardTrace;
}

/** The inputs of a forward pass, which can be changed in place. */
export function Inputs({ model, trace }: InputsProps) {
  const { can } = useSession();
  if (model.hasForward && can("forward") && trace.inputs.length > 0) return <ShapeForm model={model} trace={trace} />;
  return (
    <div class="operand-row">
      <span class="muted">{l10n.t("Input")}</span>
      <OperandList model={model} operands={trace.inputs} empty={l10n.t("no tensor")} />
    </div>
  );
}

/** More fields than this are shown when asked for: a cache of keys and values has some for every layer. */
const fieldsShown = 12;

/** A field for the shape of each tensor that went in, in lists and objects too; Enter runs forward with them. */
function ShapeForm({ model, trace }: InputsProps) {
  const { page, act } = useSession();
  const shapes = trace.inputs.map(({ value }) => trace.values[value]!.shape.join(", "));
  // What was typed is of the model that it was typed for: another may have more inputs.
  const [edited, setEdited] = useState<{ readonly model: ModelSnapshot; readonly texts: readonly string[] } | null>(null);
  const typed = edited?.model === model ? edited.texts : shapes;
  const setTyped = (texts: readonly string[]): void => setEdited({ model, texts });
  const [all, setAll] = useState(false);
  // The shape of a scalar is shown as nothing.
  const parsed = typed.map((text, at): ShapeText => (text.trim() === "" && shapes[at] === "" ? { shape: [], problem: null } : parseShape(text)));
  const problem = parsed.find((each) => each.problem !== null)?.problem;
  const busy = isBusy(page);

  const run = () => {
    if (busy || problem !== undefined || typed.join(";") === shapes.join(";")) return;
    const inputs = parsed.map(({ shape }, at): StatedInput => {
      const { dtype } = trace.values[trace.inputs[at]!.value]!;
      const isChanged = shape!.join(", ") !== shapes[at];
      // Made-up integers would be no indices, and zeros no mask.
      const fill = isChanged && (dtype === "float32" || dtype === "float64") ? "randn" : "recorded";
      return { shape: shape!, dtype, fill };
    });
    act("forward", { model: model.name, input: { kind: "stated", inputs }, seed: null });
  };

  return (
    <form
      class="inputs"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
      onFocusOut={(event) => {
        // From one field to the next the shapes stay: inputs often change together.
        if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
        // What is wrong stays as it was typed, with what is wrong about it: were it put back, all beneath would move away from under a press.
        run();
      }}
    >
      <div class="input-shapes">
        {trace.inputs.slice(0, all ? Infinity : fieldsShown).map(({ value, label }, at) => {
          const { dtype } = trace.values[value]!;
          const name = label || (trace.inputs.length > 1 ? l10n.t("Input {0}", at + 1) : l10n.t("Input"));
          return (
            <label key={at} class={parsed[at]!.shape ? "input-shape" : "input-shape wrong"}>
              <span class="muted" title={name}>
                {name}
              </span>
              <input
                type="text"
                value={typed[at]}
                aria-label={l10n.t("Shape of {0}", name)}
                aria-invalid={!parsed[at]!.shape}
                title={l10n.t(
                  "Sizes separated by commas. Enter runs forward: what changed gets random normal values, or repeats its integers; the rest stays as it was.",
                )}
                onInput={(event) => setTyped(typed.map((text, other) => (other === at ? event.currentTarget.value : text)))}
                onKeyDown={(event) => {
                  if (event.key === "Escape") setTyped(shapes);
                }}
              />
              <span class="muted">{dtype !== "float32" && dtype}</span>
            </label>
          );
        })}
      </div>
      {!all && trace.inputs.length > fieldsShown && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(trace.inputs.length))}</Link>}
      {problem !== undefined && <p class="inputs-problem">{problem}</p>}
      {/* Enter submits a form with several fields only where it has a button. */}
      <button type="submit" hidden disabled={busy} />
    </form>
  );
}
