import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { sourceText } from "../../src/describe/shapeSource.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { OwnPassLink } from "../ownPassLink.js";
import { useSession } from "../pageSession.js";
import { Section } from "./facts.js";
import { Inputs } from "./inputs.js";

/** The forward pass that is shown: which one it is, what went in, and the ways to another one. `children`: what more there is to say of it. */
export function ForwardPass({ model, children }: { readonly model: ModelSnapshot; readonly children?: ComponentChildren }) {
  const { dispatch, can } = useSession();
  const { trace } = model;
  return (
    <Section title={l10n.t("Forward pass")}>
      <PassSource model={model} />
      {trace ? <Inputs model={model} trace={trace} /> : <p class="muted">{model.traceMissing ?? l10n.t("None ran, so shapes and data flow are unknown.")}</p>}
      {children}
      <div class="pass-actions">
        {model.hasForward && can("forward") && (
          <Link onClick={() => dispatch({ kind: "openForm", form: "forward" })}>{trace ? l10n.t("Run Forward…") : l10n.t("State Inputs…")}</Link>
        )}
        <OwnPassLink model={model} />
      </div>
    </Section>
  );
}

/** Which pass the shapes are of. */
export function PassSource({ model: { trace } }: { readonly model: ModelSnapshot }) {
  return trace && <p class={trace.changedSince.length > 0 ? "pass-source changed" : "pass-source muted"}>{sourceText(trace)}</p>;
}
