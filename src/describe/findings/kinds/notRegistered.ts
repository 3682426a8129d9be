import * as l10n from "@vscode/l10n";
import type { StepId, ValueId } from "../../../protocol/index.js";
import { type FindingKind, found } from "../finding.js";

/**
 * # Not registered
 *
 * ## What it finds
 *
 * A parameter that took part in the forward pass and that no module of the model has registered: it is in a plain array or object, in a field with a `#`, or in a variable outside of the model.
 *
 * ## Why it matters
 *
 * It is not among `parameters()` and not in `stateDict()`: no optimizer trains it, `net.to(...)` does not reach it, and it is not saved.
 *
 * ## Example
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   layers = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.output(this.layers.reduce((y, layer) => layer(y), x));
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Use instead
 *
 * ```ts
 * import * as torch from "layerscope";
 * const { nn } = torch;
 *
 * class Net extends nn.Module {
 *   layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 *   output = new nn.Linear(4, 1);
 *   override forward(x: torch.Tensor) {
 *     return this.output([...this.layers].reduce((y, layer) => layer(y), x));
 *   }
 * }
 * export const net = new Net();
 * net(torch.randn(2, 4));
 * ```
 *
 * ## Remedy
 *
 * Hold it in a field of a module. A list of modules is an `nn.ModuleList`, a list of parameters an `nn.ParameterList`, and their dictionaries an `nn.ModuleDict` and an `nn.ParameterDict`.
 */
const notRegistered: FindingKind = {
  code: "not-registered",
  severity: "warning",
  *find(index) {
    const { trace } = index.model;
    const uses = new Map<string, { readonly step: StepId; readonly values: Set<ValueId>; readonly names: Set<string> }>();
    trace?.steps.forEach(({ inputs, kind }, step) => {
      if (kind !== "operation") return;
      for (const { value } of inputs) {
        const { source } = trace.values[value]!;
        if (source.kind !== "constant" || !source.unregistered) continue;
        const path = index.enclosing(step);
        const known = uses.get(path) ?? { step, values: new Set(), names: new Set() };
        uses.set(path, known);
        known.values.add(value);
        if (source.name !== null) known.names.add(source.name);
      }
    });
    for (const [path, { step, values, names }] of uses) {
      const where = path || index.model.name;
      const text =
        names.size > 0
          ? l10n.t("{0} uses parameters that no module has registered: {1}.", where, [...names].join(", "))
          : l10n.t("{0} uses parameters that no module has registered.", where);
      const remedy = l10n.t(
        "They are not among parameters() and not in stateDict(): optimizers do not train them, and they are not saved. A module registers what its fields hold, those with a # excepted; a list of modules or parameters must be an nn.ModuleList or nn.ParameterList.",
      );
      const location = trace!.steps[step]!.location ?? index.module(path)?.location ?? null;
      // "layers[0].weight": a module in a list that the field holds.
      const lists = new Set([...names].map((name) => /^([\p{ID_Start}_$][\p{ID_Continue}$]*)\[\d+\]\../u.exec(name)?.[1]));
      const [field] = lists;
      const isList = location !== null && lists.size === 1 && field !== undefined;
      yield found(path, text, remedy, {
        step,
        values: [...values],
        location,
        mark: l10n.t("not registered"),
        repairs: isList ? [{ kind: "moduleList", location, field }] : [],
      });
    }
  },
};

export default notRegistered;
