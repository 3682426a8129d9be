import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import { type ActivationStatistics, type ModelSnapshot, type ModuleSnapshot, type Operand, type PageForm } from "../../src/protocol/index.js";
import { compare } from "../commands.js";
import { Link } from "../controls.js";
import { argumentsText, operationText } from "../../src/describe/arguments.js";
import { factsAbout } from "../../src/describe/facts.js";
import { overviewOf } from "../../src/describe/overview.js";
import { sourceWord } from "../../src/describe/shapeSource.js";
import { formatBytes, formatCompact, formatCount, formatPercent, formatValue } from "../../src/describe/format.js";
import type { GraphViewInterface } from "../graph/index.js";
import { later } from "../later.js";
import { Overview } from "../overview.js";
import { LocationLink } from "../locationLink.js";
import { type DirectUse, indexOf, type ModuleCall, whereMade } from "../../src/describe/modelIndex.js";
import { useSession } from "../pageSession.js";
import { isBusy, shownFindings } from "../state.js";
import { FindingList } from "./findingList.js";
import { EqualSiblings } from "./equalSiblings.js";
import { Facts, Section } from "./facts.js";
import { ModelSection } from "./modelSection.js";
import { OperandList } from "./operands.js";
import { ParameterCard } from "./parameterCard.js";
import { Places } from "./places.js";
import { Signature } from "./signature.js";

const ReinitializeForm = later(() => import("./reinitializeForm.js").then((module) => module.ReinitializeForm));
const ForwardForm = later(() => import("./forwardForm.js").then((module) => module.ForwardForm));
const Comparison = later(() => import("./comparison.js").then((module) => module.Comparison));

interface ModuleViewProps {
  readonly model: ModelSnapshot;
  readonly path: string;
  /** The picture while it is mounted. */
  readonly graph: GraphViewInterface | null;
}

/** A module: what it is, its parameters, the calls of it, and sums over what is beneath it. */
export function ModuleView({ model, path, graph }: ModuleViewProps) {
  const { page } = useSession();
  const index = indexOf(model);
  const module = index.module(path);
  if (!module) return null;
  const isContainer = module.children.length > 0;
  const isModel = path === "";
  return (
    <>
      <Title model={model} module={module} />
      {graph && <EqualSiblings graph={graph} module={module} />}
      {page.compared !== null && <Comparison model={model} module={module} />}
      {isModel && <Overview model={model} />}
      <Tensors model={model} module={module} title={l10n.t("Parameters")} kind="parameters" />
      <Tensors model={model} module={module} title={l10n.t("Buffers")} kind="buffers" />
      {!isContainer && module.parameters.length + module.buffers.length === 0 && (
        <Section title={l10n.t("Parameters")}>
          <p class="muted">{l10n.t("{0} has no parameters.", module.type)}</p>
        </Section>
      )}
      {isModel && <ModelSection model={model} />}
      <Calls model={model} module={module} />
      {isContainer && !isModel && <Totals model={model} module={module} />}
      {isContainer && <Children model={model} module={module} />}
    </>
  );
}

function Title({ model, module }: { readonly model: ModelSnapshot; readonly module: ModuleSnapshot }) {
  const session = useSession();
  const { page, can, act, dispatch } = session;
  const busy = isBusy(page);
  const toggle = (form: PageForm) => dispatch({ kind: "openForm", form: page.form === form ? null : form });
  const location = whereMade(model, module);
  return (
    <section class="title">
      <Signature type={module.type} arguments={argumentsText(module, model.language)} />
      <div class="title-actions">
        {location && <LocationLink location={location} />}
        {can("reinitialize") && (
          <Link disabled={busy && page.form === null} onClick={() => toggle("reinitialize")}>
            {l10n.t("Reinitialize…")}
          </Link>
        )}
        {can("undoReinitialize") && model.undoDepth > 0 && (
          <Link disabled={busy} onClick={() => act("undoReinitialize", { model: model.name })}>
            {l10n.t("Undo Reinitialization")}
          </Link>
        )}
        {can("forward") && model.hasForward && (
          <Link disabled={busy && page.form === null} onClick={() => toggle("forward")}>
            {l10n.t("Run Forward…")}
          </Link>
        )}
        {indexOf(model).totals(module.path).parameters > 0 && page.compared === null && <Link onClick={() => compare(session)}>{l10n.t("Compare…")}</Link>}
        {!module.training && <span class="badge">eval</span>}
      </div>
      {page.form === "reinitialize" && can("reinitialize") && <ReinitializeForm key={`${model.name} ${module.path}`} model={model} module={module} />}
      {page.form === "forward" && can("forward") && model.hasForward && <ForwardForm key={model.name} model={model} />}
      <FindingList findings={shownFindings(page, model).about(module.path)} />
      {factsAbout(indexOf(model), module.path).map((fact) => (
        <p key={fact} class="muted">
          {fact}
        </p>
      ))}
      <SamePlaces model={model} module={module} />
    </section>
  );
}

/** One module used in several places: its weights are shared as a whole. */
function SamePlaces({ model, module }: { readonly model: ModelSnapshot; readonly module: ModuleSnapshot }) {
  const paths = indexOf(model).samePlaces(module);
  const places = paths.map((path) => ({ path, text: path === "" ? model.name : path }));
  return <Places title={l10n.t("The same module is also at")} places={places} here={paths.indexOf(module.path)} />;
}

const callsShown = 8;

function Calls({ model, module }: { readonly model: ModelSnapshot; readonly module: ModuleSnapshot }) {
  const calls = indexOf(model).calls(module.path);
  const [all, setAll] = useState(false);
  // The one call of the model itself is the forward pass, which its own section describes.
  if (!model.trace || (module.path === "" && calls.length === 1)) return null;
  if (calls.length === 0) {
    const uses = indexOf(model).directUsesWithin(module.path);
    return (
      <Section title={l10n.t("Calls")}>
        {uses.length > 0 ? <DirectUses model={model} uses={uses} /> : <p class="muted">{uncalledText(model, module)}</p>}
      </Section>
    );
  }
  const shown = all ? calls : calls.slice(0, callsShown);
  return (
    <Section title={calls.length === 1 ? l10n.t("Input and output") : l10n.t("Called {0} times", formatCount(calls.length))} note={sourceWord(model.trace)}>
      {shown.map((call) => (
        <Call key={call.id} model={model} call={call} failed={failedIn(model, call)} />
      ))}
      {shown.length < calls.length && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(calls.length))}</Link>}
      <OutdatedActivations model={model} />
    </Section>
  );
}

/** Why there is nothing measured of what came out, where there was before the weights were filled anew. */
function OutdatedActivations({ model }: { readonly model: ModelSnapshot }) {
  const { can, dispatch } = useSession();
  const isOutdated = overviewOf(model).reinitialized > 0 && model.trace!.values.every(({ statistics }) => statistics === undefined);
  if (!isOutdated) return null;
  return (
    <p class="muted">
      {l10n.t("What comes out was not measured with the reinitialized weights.")}{" "}
      {model.hasForward && can("forward") && <Link onClick={() => dispatch({ kind: "openForm", form: "forward" })}>{l10n.t("Run Forward…")}</Link>}
    </p>
  );
}

/** What became of a module that was not called where it stands. */
function uncalledText(model: ModelSnapshot, { path }: ModuleSnapshot): string {
  switch (indexOf(model).runStatus(path)) {
    case "ran":
      return l10n.t("Not called itself: what it holds is.");
    case "ranElsewhere":
      return l10n.t("Called under another name in this forward pass.");
    case "used":
    case "notRun":
      return model.trace?.failure ? l10n.t("Not reached before forward failed.") : l10n.t("Not called in this forward pass.");
  }
}

/** What takes the parameters of a module that is not called. */
function DirectUses({ model, uses }: { readonly model: ModelSnapshot; readonly uses: readonly DirectUse[] }) {
  const { dispatch } = useSession();
  const [all, setAll] = useState(false);
  const index = indexOf(model);
  const steps = [...new Set(uses.map(({ step }) => step))];
  return (
    <>
      <p class="muted">{l10n.t("Not called in this forward pass. Its tensors are used all the same:")}</p>
      <ul class="operands">
        {(all ? steps : steps.slice(0, callsShown)).map((step) => {
          const path = index.enclosing(step);
          const names = [...new Set(uses.filter((use) => use.step === step).map(({ tensor }) => tensor))];
          return (
            <li key={step}>
              <span class="operand-label">{names.join(", ")}</span>
              <Link onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path }, reveal: true })}>
                {l10n.t("{0} in {1}", operationText(index.operation(step)!.name, model.language), path || model.name)}
              </Link>
            </li>
          );
        })}
      </ul>
      {!all && steps.length > callsShown && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(steps.length))}</Link>}
    </>
  );
}

function failedIn(model: ModelSnapshot, call: ModuleCall): boolean {
  const { steps, failure } = model.trace!;
  for (let at = failure?.step ?? null; at !== null; at = steps[at]?.parent ?? null) if (at === call.id) return true;
  return false;
}

function Call({ model, call: { step }, failed }: { readonly model: ModelSnapshot; readonly call: ModuleCall; readonly failed: boolean }) {
  return (
    <div class="call">
      <div class="call-shapes">
        <OperandList model={model} operands={step.inputs} empty={l10n.t("no tensor")} />
        <span class="arrow" role="img" aria-label={l10n.t("gives")}>
          →
        </span>
        {failed ? <span class="badge error">{l10n.t("failed")}</span> : <OperandList model={model} operands={step.outputs} empty={l10n.t("no tensor")} />}
      </div>
      <Activation model={model} outputs={step.outputs} />
    </div>
  );
}

/** Mean, spread and zeros of what came out. */
function Activation({ model, outputs }: { readonly model: ModelSnapshot; readonly outputs: readonly Operand[] }) {
  const statistics = outputs.length === 1 ? model.trace?.values[outputs[0]!.value]?.statistics : undefined;
  if (!statistics) return null;
  return <ActivationFacts statistics={statistics} />;
}

export function ActivationFacts({ statistics }: { readonly statistics: ActivationStatistics }) {
  return (
    <Facts
      facts={[
        statistics.finite && { name: l10n.t("mean"), value: formatValue(statistics.finite.mean) },
        statistics.finite && { name: l10n.t("std"), value: formatValue(statistics.finite.std) },
        { name: l10n.t("zeros"), value: formatPercent(statistics.zeros) },
        statistics.nonFinite > 0 && { name: l10n.t("NaN or infinite"), value: formatPercent(statistics.nonFinite), alarming: true },
      ]}
    />
  );
}

function Totals({ model, module }: { readonly model: ModelSnapshot; readonly module: ModuleSnapshot }) {
  const totals = indexOf(model).totals(module.path);
  const frozen = totals.parameters - totals.trainable;
  return (
    <Section title={l10n.t("With all it contains")} note={l10n.t("shared parameters counted once")}>
      <Facts
        facts={[
          { name: l10n.t("parameters"), value: formatCount(totals.parameters) },
          model.totals.parameters > 0 && { name: l10n.t("of the model"), value: formatPercent(totals.parameters / model.totals.parameters) },
          frozen > 0 && { name: l10n.t("frozen"), value: formatCount(frozen) },
          totals.sharedOutside > 0 && { name: l10n.t("shared with outside"), value: formatCount(totals.sharedOutside) },
          { name: l10n.t("memory"), value: formatBytes(totals.bytes) },
          totals.bufferBytes > 0 && { name: l10n.t("buffers"), value: formatBytes(totals.bufferBytes) },
          { name: l10n.t("modules"), value: formatCount(totals.modules) },
          totals.multiplyAdds !== null && { name: l10n.t("multiply-adds"), value: formatCompact(totals.multiplyAdds) },
          totals.unknownShapes > 0 && { name: l10n.t("shapes not known"), value: formatCount(totals.unknownShapes) },
        ]}
      />
    </Section>
  );
}

interface TensorsProps {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
  readonly title: string;
  readonly kind: "parameters" | "buffers";
}

function Tensors({ model, module, title, kind }: TensorsProps) {
  const uses = module[kind];
  if (uses.length === 0) return null;
  return (
    <Section title={title}>
      {uses.map((use) => (
        <ParameterCard key={use.name} model={model} tensor={indexOf(model).tensor(use)} name={use.name} path={module.path} />
      ))}
    </Section>
  );
}

const childrenShown = 40;

/** The children with their part of the parameters. */
function Children({ model, module }: { readonly model: ModelSnapshot; readonly module: ModuleSnapshot }) {
  const { dispatch } = useSession();
  const index = indexOf(model);
  const [all, setAll] = useState(false);
  const shown = all ? module.children : module.children.slice(0, childrenShown);
  const whole = Math.max(1, index.totals(module.path).parameters);
  return (
    <Section title={l10n.t("Children")} note={formatCount(module.children.length)}>
      <ul class="children">
        {shown.map((child) => {
          const { parameters } = index.totals(child.path);
          return (
            <li key={child.path}>
              <button type="button" class="child" onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path: child.path }, reveal: true })}>
                <span class="child-name">{child.name}</span>
                <span class="child-type">{child.type}</span>
                <span class="child-count">{parameters > 0 ? formatCompact(parameters) : "–"}</span>
                <span class="child-share" style={{ width: `${(100 * parameters) / whole}%` }} />
              </button>
            </li>
          );
        })}
      </ul>
      {shown.length < module.children.length && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(module.children.length))}</Link>}
    </Section>
  );
}
