import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import { axisNames } from "../../src/describe/axisNames.js";
import { formatShape } from "../../src/describe/format.js";
import type { ModelSnapshot, TensorSnapshot, TensorUse, TensorValues } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { later } from "../later.js";
import { useSession } from "../pageSession.js";

/** Rows and columns that are asked for; more would be too small to tell apart. */
const mostCells = 64;
/** Tensors up to this many elements are shown without asking. */
const small = 4096;

// The height is known before the values are, so that nothing jumps when they come.
const wait = <div class="heat-map-wait" />;
const HeatMap = later(() => import("./heatMap.js").then((module) => module.HeatMap), wait);

export interface ValuesProps {
  readonly model: ModelSnapshot;
  readonly tensor: TensorSnapshot;
  /** The module's own name for it. */
  readonly name: string;
  /** The module's use of the tensor; undefined where nothing is known of its axes. */
  readonly use: TensorUse | undefined;
}

/** A tensor's values as a heat map, fetched from the live model and again with every new snapshot of it. */
export function Values({ model, tensor, name, use }: ValuesProps) {
  const { request } = useSession();
  const [asked, setAsked] = useState(false);
  const [values, setValues] = useState<TensorValues | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const leading = tensor.shape?.slice(0, -2) ?? [];
  const [chosen, setChosen] = useState<readonly number[]>(leading.map(() => 0));
  // A re-run may have made the tensor smaller.
  const index = leading.map((size, dimension) => Math.max(0, Math.min(chosen[dimension] ?? 0, size - 1)));
  const wanted = asked || tensor.count <= small;

  useEffect(() => {
    if (!wanted) return;
    let current = true;
    request("tensorValues", { model: model.name, tensor: tensor.id, maxRows: mostCells, maxColumns: mostCells, index }).then(
      (result) => {
        if (!current) return;
        setValues(result);
        setProblem(null);
      },
      (error: Error) => current && setProblem(error.message),
    );
    return () => {
      current = false;
    };
  }, [model, tensor.id, wanted, index.join()]);

  if (!wanted) {
    return (
      <p class="values-offer">
        <Link onClick={() => setAsked(true)}>{l10n.t("Show Values")}</Link>
      </p>
    );
  }
  if (problem !== null) return <p class="muted">{l10n.t("The values cannot be read: {0}", problem)}</p>;
  return (
    <>
      {leading.some((size) => size > 1) && <SliceSteppers sizes={leading} index={index} onChange={setChosen} />}
      {values ? <HeatMap values={values} index={index} name={name} axes={axisNames(use ?? {}, values.shape)} /> : wait}
    </>
  );
}

interface SliceSteppersProps {
  readonly sizes: readonly number[];
  readonly index: readonly number[];
  readonly onChange: (index: readonly number[]) => void;
}

/** A number field for each dimension before the last two: which slice of the tensor the heat map shows. */
function SliceSteppers({ sizes, index, onChange }: SliceSteppersProps) {
  return (
    <div class="slice-steppers" role="group" aria-label={l10n.t("Slice")}>
      <span aria-hidden="true">[</span>
      {sizes.map((size, dimension) => (
        <input
          key={dimension}
          type="number"
          min={0}
          max={size - 1}
          value={index[dimension]}
          disabled={size < 2}
          aria-label={l10n.t("Index along dimension {0}, 0 to {1}", dimension, size - 1)}
          title={l10n.t("Index along dimension {0}, 0 to {1}", dimension, size - 1)}
          onInput={(event) => {
            const { valueAsNumber } = event.currentTarget;
            if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber < size)
              onChange(index.map((at, other) => (other === dimension ? valueAsNumber : at)));
          }}
          onBlur={(event) => (event.currentTarget.value = String(index[dimension]))}
        />
      ))}
      <span class="muted">{l10n.t(":, :] of {0} slices", formatShape(sizes))}</span>
    </div>
  );
}
