import "./inputs.css";
import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import type { ForwardTrace, ModelSnapshot, StatedInput } from "../../src/protocol/index.js";
import { useSession } from "../session.js";
import { OperandList } from "./operands.js";
import { parseShape } from "./shapeText.js";

interface InputsProps {
  readonly model: ModelSnapshot;
  readonly trace: ForwardTrace;
}

/** The inputs of a forward pass; plain ones can be changed in place. */
export function Inputs({ model, trace }: InputsProps) {
  // Inputs are stated one after another: what sits inside a list or an object cannot be put back there.
  const plain = trace.inputs.length > 0 && trace.inputs.every(({ label }) => label === "");
  if (plain) return <ShapeForm model={model} trace={trace} />;
  return (
    <div class="operand-row">
      <span class="muted">{l10n.t("Input")}</span>
      <OperandList model={model} operands={trace.inputs} empty={l10n.t("no tensor")} />
    </div>
  );
}

/** A field for the shape of each input; Enter runs forward with them. */
function ShapeForm({ model, trace }: InputsProps) {
  const { page, act } = useSession();
  const shapes = trace.inputs.map(({ value }) => trace.values[value]!.shape.join(", "));
  const [typed, setTyped] = useState(shapes);
  useEffect(() => setTyped(shapes), [model]);
  // An emptied field is not the shape of a scalar, unless a scalar is what went in.
  const parsed = typed.map((text, at) => (text.trim() === "" && shapes[at] !== "" ? null : parseShape(text)));
  const busy = page.host?.kind === "file" && page.host.activity !== "idle";

  const run = () => {
    if (busy || parsed.includes(null) || typed.join(";") === shapes.join(";")) return;
    const inputs = parsed.map((shape, at): StatedInput => {
      const { dtype } = trace.values[trace.inputs[at]!.value]!;
      // Made-up integers would be no indices, and zeros no mask.
      const fill = dtype === "float32" || dtype === "float64" ? "randn" : "recorded";
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
        if (parsed.includes(null)) setTyped(shapes);
        else run();
      }}
    >
      {trace.inputs.map(({ value }, at) => {
        const { dtype } = trace.values[value]!;
        const name = trace.inputs.length > 1 ? l10n.t("Input {0}", at + 1) : l10n.t("Input");
        return (
          <label key={at} class={parsed[at] ? "input-shape" : "input-shape wrong"}>
            <span class="muted">{name}</span>
            <input
              type="text"
              value={typed[at]}
              aria-label={l10n.t("Shape of {0}", name)}
              aria-invalid={!parsed[at]}
              title={l10n.t("Sizes separated by commas. Enter runs forward with random normal values; integers repeat those of the last pass.")}
              onInput={(event) => setTyped(typed.map((text, other) => (other === at ? event.currentTarget.value : text)))}
              onKeyDown={(event) => {
                if (event.key === "Escape") setTyped(shapes);
              }}
            />
            {dtype !== "float32" && <span class="muted">{dtype}</span>}
          </label>
        );
      })}
      {parsed.includes(null) && <p class="inputs-problem">{l10n.t("A shape is whole numbers separated by commas, such as 2, 4.")}</p>}
      {/* Enter submits a form with several fields only where it has a button. */}
      <button type="submit" hidden disabled={busy} />
    </form>
  );
}
