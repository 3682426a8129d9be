import * as l10n from "@vscode/l10n";
import type { ModelSnapshot, Operand, TraceValue } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { formatShape } from "../../src/describe/format.js";
import { indexOf } from "../modelIndex.js";
import { useSession } from "../session.js";

export interface OperandListProps {
  readonly model: ModelSnapshot;
  readonly operands: readonly Operand[];
  /** Said where there are none. */
  readonly empty: string;
  /** Says where each came from, too. */
  readonly origins?: boolean;
}

/** Tensors that went in or came out: label, shape, dtype. */
export function OperandList({ model, operands, empty, origins = false }: OperandListProps) {
  if (operands.length === 0) return <span class="muted">{empty}</span>;
  return (
    <ul class="operands">
      {operands.map((operand, at) => {
        const value = model.trace?.values[operand.value];
        return (
          <li key={at}>
            {operand.label && <span class="operand-label">{operand.label}</span>}
            <span class="operand-shape">{value ? formatShape(value.shape) : "?"}</span>
            {value && value.dtype !== "float32" && <span class="muted">{value.dtype}</span>}
            {origins && value && <Origin model={model} value={value} />}
          </li>
        );
      })}
    </ul>
  );
}

function Origin({ model, value }: { readonly model: ModelSnapshot; readonly value: TraceValue }) {
  const { dispatch } = useSession();
  const { source } = value;
  switch (source.kind) {
    case "input":
      return <span class="muted">{l10n.t("input of the model")}</span>;
    case "constant":
      return <span class="muted">{l10n.t("from outside the pass")}</span>;
    case "tensor":
      return <span class="muted">{model.tensors[source.tensor]?.names[0] ?? ""}</span>;
    case "step": {
      const operation = indexOf(model).operation(source.step);
      const path = indexOf(model).enclosing(source.step);
      return (
        <span class="muted">
          {operation?.name ?? ""} {l10n.t("in")}{" "}
          <Link onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path }, reveal: true })}>{path === "" ? model.name : path}</Link>
        </span>
      );
    }
  }
}
