import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { failureText, isFailureOfPass } from "../src/describe/failure.js";
import type { Failure, LastRun, ModelSnapshot, PageMethods, SourceLocation } from "../src/protocol/index.js";
import { Icon, IconButton, Link } from "./controls.js";
import { LocationLink } from "./locationLink.js";
import { indexOf } from "../src/describe/modelIndex.js";
import { OwnPassLink } from "./ownPassLink.js";
import { useSession } from "./pageSession.js";
import { models } from "./state.js";

const titles: Readonly<Record<Failure["kind"], () => string>> = {
  syntax: () => l10n.t("Syntax error"),
  import: () => l10n.t("An import cannot be resolved"),
  thrown: () => l10n.t("The model file threw an error"),
  refused: () => l10n.t("The model file may not do this"),
  lacking: () => l10n.t("Layerscope does not have what the model file uses"),
  timeout: () => l10n.t("The model file ran out of time"),
  memory: () => l10n.t("The model file ran out of memory"),
  exit: () => l10n.t("The model file ended its process"),
  leftOut: () => l10n.t("The model file was looked at up to a value that is not computed"),
  unsettled: () => l10n.t("The model file waits for ever"),
  crash: () => l10n.t("The process of the model file crashed"),
  partial: () => l10n.t("Something in the file cannot be shown"),
  internal: () => l10n.t("The models could not be described"),
  cancelled: () => l10n.t("Stopped"),
};

/** What failed in the last run and in the forward pass of the shown model, each error once. */
export function FailureNotices({ lastRun, model }: { readonly lastRun: LastRun; readonly model: ModelSnapshot }) {
  const { page } = useSession();
  const run = lastRun.kind === "failed" ? lastRun : null;
  // The run may have ended by the error of a pass; that of the shown model is the nearer one.
  const failed = run?.shown === "thisRun" ? [model, ...models(page)].find((each) => isFailureOfPass(run.failure, each)) : undefined;
  return (
    <>
      {run && (failed ? <PassFailure model={failed} run={run.failure} /> : <RunFailure failure={run.failure} note={noteOf(run)} />)}
      {model.trace?.failure && failed !== model && <PassFailure model={model} run={null} />}
    </>
  );
}

function noteOf({ failure, shown }: Extract<LastRun, { readonly kind: "failed" }>): string | null {
  if (failure.kind === "partial" && shown === "thisRun") return failure.hint;
  return shown === "thisRun" ? l10n.t("The picture shows what was there by then.") : l10n.t("The picture is of an earlier run.");
}

/** What a run came up against that a setting of the user's moves. */
const bounds: Readonly<Partial<Record<Failure["kind"], { readonly setting: PageMethods["openSetting"]["params"]["name"]; readonly text: () => string }>>> = {
  timeout: { setting: "timeLimit", text: () => l10n.t("Change the Limit") },
  memory: { setting: "memoryLimit", text: () => l10n.t("Change the Limit") },
  refused: { setting: "permissions", text: () => l10n.t("Change Permissions") },
};

export function RunFailure({ failure, note, open = false }: { readonly failure: Failure; readonly note: string | null; readonly open?: boolean }) {
  const { act, can } = useSession();
  const bound = bounds[failure.kind];
  // What is wrong with the code has a line to go to; all else can at least be tried again.
  const again = !open && can("run") && !bound && (failure.kind === "internal" || failure.location === null);
  return (
    <FailureNotice title={titles[failure.kind]()} message={failure.message} location={failure.location} note={note} run={failure} open={open}>
      {failure.kind === "timeout" && can("run") && <Link onClick={() => act("runToEnd", null)}>{l10n.t("Run to the End")}</Link>}
      {bound && <Link onClick={() => act("openSetting", { name: bound.setting })}>{bound.text()}</Link>}
      {again && <Link onClick={() => act("run", null)}>{l10n.t("Run Again")}</Link>}
    </FailureNotice>
  );
}

/** `run`: the run that ended by it; null where the file went on. */
function PassFailure({ model, run }: { readonly model: ModelSnapshot; readonly run: Failure | null }) {
  const { page, dispatch } = useSession();
  const index = indexOf(model);
  const failure = model.trace!.failure!;
  const step = model.trace!.steps[failure.step];
  const path = step?.kind === "module" ? step.path : index.enclosing(failure.step);
  const place = [...(model.name === page.model && path !== "" ? [] : [model.name]), ...(path === "" ? [] : [path])].join(" › ");
  return (
    <FailureNotice title={l10n.t("Forward failed in {0}", place)} message={failureText(index)} location={failure.location} note={null} run={run}>
      <Link onClick={() => dispatch({ kind: "select", selection: { model: model.name, path } })}>{l10n.t("Show in Picture")}</Link>
      <OwnPassLink model={model} />
    </FailureNotice>
  );
}

interface FailureNoticeProps {
  readonly title: string;
  readonly message: string;
  readonly location: SourceLocation | null;
  /** What it means for the picture. */
  readonly note: string | null;
  readonly run: Failure | null;
  readonly open?: boolean;
  /** What can be done about it, in the line itself. */
  readonly children?: ComponentChildren;
}

/** An error in one line, or two in a sidebar; the rest of it is folded away. */
function FailureNotice({ title, message, location, note, run, open = false, children }: FailureNoticeProps) {
  const [unfolded, setUnfolded] = useState(open);
  const stopped = run?.kind === "cancelled";
  return (
    <section class={stopped ? "notice warning" : "notice error"} role="alert">
      <Icon name={stopped ? "debug-stop" : "error"} />
      <p class="failure-line" title={message}>
        <strong>{title}</strong>
        {!unfolded && !stopped && <span class="failure-message">{message}</span>}
      </p>
      <div class="failure-actions">
        {note && <span class="muted">{note}</span>}
        {children}
        {location && <LocationLink location={location} />}
      </div>
      {!open && (
        <span class="failure-toggle">
          <IconButton icon={unfolded ? "chevron-up" : "chevron-down"} label={l10n.t("Details")} expanded={unfolded} onClick={() => setUnfolded(!unfolded)} />
        </span>
      )}
      {unfolded && <FailureDetails message={message} run={run} />}
    </section>
  );
}

function FailureDetails({ message, run }: { readonly message: string; readonly run: Failure | null }) {
  const { act, can } = useSession();
  return (
    <div class="failure-details">
      {run?.kind !== "cancelled" && <p class="failure-message">{message}</p>}
      {run?.hint && <p>{run.hint}</p>}
      <div class="failure-actions">
        {can("run") && <Link onClick={() => act("run", null)}>{l10n.t("Run Again")}</Link>}
        <Link onClick={() => act("showOutput", null)}>{l10n.t("Show Output")}</Link>
      </div>
      {run && run.stack.length > 0 && (
        <>
          <h3>{l10n.t("Call stack")}</h3>
          <ol class="stack">
            {run.stack.map((frame, at) => (
              <li key={at}>
                <code>{frame.function}</code> <LocationLink location={frame.location} />
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
