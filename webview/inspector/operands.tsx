import * as l10n from "@vscode/l10n";
import type { ModelSnapshot, Operand, ValueId } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { formatShape } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { useSession } from "../pageSession.js";
import { originOf, type ValueOrigin } from "../../src/describe/valueOrigin.js";

export interface OperandListProps {
  readonly model: ModelSnapshot;
  readonly operands: readonly Operand[];
  /** Said where there are none. */
  readonly empty: string;
  /** Says where each came from, too. */
  readonly origins?: boolean;
  /** Places of those that the operation writes into. */
  readonly written?: readonly number[];
}

/** Tensors that went in or came out: label, shape, dtype. */
export function OperandList({ model, operands, empty, origins = false, written = [] }: OperandListProps) {
  if (operands.length === 0) return <span class="muted">{empty}</span>;
  const labelled = operands.some(({ label }) => label !== "");
  return (
    <ul class={labelled ? "operands labelled" : "operands"}>
      {operands.map((operand, at) => {
        const value = model.trace?.values[operand.value];
        return (
          <li key={at}>
            {labelled && <span class="operand-label">{operand.label}</span>}
            <span class="operand-value">
              <span class="operand-shape">{value ? formatShape(value.shape) : "?"}</span>
              {value && value.dtype !== "float32" && <span class="muted">{value.dtype}</span>}
              {origins && value && <Origin model={model} value={operand.value} written={written.includes(at)} />}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Says where a value comes from, e.g. "writes into [1] of proj's output". */
function Origin({ model, value, written }: { readonly model: ModelSnapshot; readonly value: ValueId; readonly written: boolean }) {
  const { dispatch } = useSession();
  const { views, source } = originOf(indexOf(model), value);
  const path = source.kind === "module" || source.kind === "operation" ? source.path : null;
  const text = sourceText(source, model);
  return (
    <span class="muted">
      {[...(written ? [l10n.t("writes into")] : []), ...views.map((view) => l10n.t("{0} of", view))].map((part) => `${part} `)}
      {path === null ? text : <Link onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path }, reveal: true })}>{text}</Link>}
    </span>
  );
}

function sourceText(source: ValueOrigin["source"], model: ModelSnapshot): string {
  switch (source.kind) {
    case "input":
      return l10n.t("the model's input");
    case "constant":
      return source.name === null ? l10n.t("a tensor from outside the pass") : l10n.t("{0}, a tensor from outside the pass", source.name);
    case "tensor":
      return source.name;
    case "module":
      return l10n.t("{0}'s output", source.path || model.name);
    case "operation":
      return l10n.t("the result of {0} in {1}", source.name, source.path || model.name);
  }
}
