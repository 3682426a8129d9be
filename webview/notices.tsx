import "./notices.css";
import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Failure, ModelSnapshot, PageState } from "../src/protocol/index.js";
import { Button, Icon, Link } from "./controls.js";
import { baseName, LocationLink } from "./locationLink.js";
import { indexOf } from "./modelIndex.js";
import { useSession } from "./session.js";

type FileState = Extract<PageState, { readonly kind: "file" }>;

/** What fills the page when there is no picture to show: what is the matter and what to do. */
function Screen({ icon, title, children }: { readonly icon: string; readonly title: string; readonly children: ComponentChildren }) {
  return (
    <main class="screen">
      <div class="screen-icon">
        <Icon name={icon} />
      </div>
      <h1>{title}</h1>
      {children}
    </main>
  );
}

export function EmptyScreen() {
  const { act } = useSession();
  return (
    <Screen icon="type-hierarchy-sub" title={l10n.t("See inside your model")}>
      <p>{l10n.t("Open a TypeScript file that builds a neural network, and its modules, parameters and shapes appear here.")}</p>
      <div class="screen-actions">
        <Button primary onClick={() => act("openFile", null)}>
          {l10n.t("Open Model File")}
        </Button>
        <Button onClick={() => act("createExample", null)}>{l10n.t("Create an Example")}</Button>
      </div>
    </Screen>
  );
}

export function UntrustedScreen() {
  const { act } = useSession();
  return (
    <Screen icon="shield" title={l10n.t("This workspace is not trusted")}>
      <p>{l10n.t("Layerscope runs the model file to look inside it. Nothing runs until you trust the workspace.")}</p>
      <div class="screen-actions">
        <Button primary onClick={() => act("manageTrust", null)}>
          {l10n.t("Manage Workspace Trust")}
        </Button>
      </div>
    </Screen>
  );
}

/** A model file without a picture yet: it is running, it failed, or it holds no model. */
export function NoPictureScreen({ state }: { readonly state: FileState }) {
  const { act } = useSession();
  const name = baseName(state.file);
  const patient = useDelay(1000, state.activity);
  if (state.activity !== "idle") {
    return (
      <Screen icon="loading codicon-modifier-spin" title={l10n.t("Running {0}", name)}>
        {patient && <Button onClick={() => act("stop", null)}>{l10n.t("Stop")}</Button>}
      </Screen>
    );
  }
  if (state.failure) {
    return (
      <main class="screen failed">
        <FailureNotice failure={state.failure} note={null} open />
      </main>
    );
  }
  return (
    <Screen icon="circle-slash" title={l10n.t("No model in {0}", name)}>
      <p>{l10n.t("The file ran to its end, but no module was alive then. Keep the model in a variable at the top of the file:")}</p>
      <pre>const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());</pre>
      <div class="screen-actions">
        <Button primary onClick={() => act("run", null)}>
          {l10n.t("Run Again")}
        </Button>
        <Button onClick={() => act("showOutput", null)}>{l10n.t("Show Output")}</Button>
        <Button onClick={() => act("createExample", null)}>{l10n.t("Create an Example")}</Button>
      </div>
    </Screen>
  );
}

/** The lines above the picture: what the user must know about what it shows. */
export function Notices({ state, model }: { readonly state: FileState; readonly model: ModelSnapshot }) {
  const { act } = useSession();
  return (
    <div class="notices">
      <Progress activity={state.activity} />
      {state.failure && <FailureNotice failure={state.failure} note={l10n.t("The picture is of an earlier run.")} />}
      {state.stale && !state.failure && state.activity === "idle" && (
        <Notice kind="info" text={l10n.t("{0} has changed since this picture.", baseName(state.file))}>
          <Link onClick={() => act("run", null)}>{l10n.t("Run")}</Link>
        </Notice>
      )}
      {model.trace?.failure && <ForwardFailure model={model} />}
      {!model.trace && (
        <Notice kind="info" text={model.traceMissing ?? l10n.t("No forward pass ran, so shapes and data flow are unknown.")}>
          <Link onClick={() => act("chooseForward", { model: model.name })}>{l10n.t("State Inputs…")}</Link>
        </Notice>
      )}
    </div>
  );
}

const activities: Readonly<Record<Exclude<FileState["activity"], "idle">, () => string>> = {
  running: () => l10n.t("Running the model file"),
  forward: () => l10n.t("Running forward"),
  reinitialize: () => l10n.t("Reinitializing"),
};

/** A moving bar at once; after a second what runs and how to stop it. */
function Progress({ activity }: { readonly activity: FileState["activity"] }) {
  const { act } = useSession();
  const patient = useDelay(1000, activity);
  if (activity === "idle") return null;
  const text = activities[activity]();
  return (
    <>
      <div class="progress-bar" role="progressbar" aria-label={text} />
      {patient && (
        <div class="notice info" role="status">
          <p>{text}</p>
          <Link onClick={() => act("stop", null)}>{l10n.t("Stop")}</Link>
        </div>
      )}
    </>
  );
}

const titles: Readonly<Record<Failure["kind"], () => string>> = {
  syntax: () => l10n.t("Syntax error"),
  import: () => l10n.t("An import cannot be resolved"),
  thrown: () => l10n.t("The model file threw an error"),
  timeout: () => l10n.t("The model file ran out of time"),
  memory: () => l10n.t("The model file ran out of memory"),
  exit: () => l10n.t("The model file ended its process"),
  crash: () => l10n.t("The process of the model file crashed"),
  cancelled: () => l10n.t("Stopped"),
};

export function FailureNotice({ failure, note, open = false }: { readonly failure: Failure; readonly note: string | null; readonly open?: boolean }) {
  const { act } = useSession();
  return (
    <section class={failure.kind === "cancelled" ? "notice warning" : "notice error"} role="alert">
      <Icon name={failure.kind === "cancelled" ? "debug-stop" : "error"} />
      <div class="notice-body">
        <h2>{titles[failure.kind]()}</h2>
        <p class="failure-message">{failure.message}</p>
        {failure.hint && <p>{failure.hint}</p>}
        {note && <p class="muted">{note}</p>}
        <div class="notice-actions">
          {failure.location && <LocationLink location={failure.location} />}
          <Link onClick={() => act("run", null)}>{l10n.t("Run Again")}</Link>
          <Link onClick={() => act("showOutput", null)}>{l10n.t("Show Output")}</Link>
        </div>
        {failure.stack.length > 0 && (
          <details open={open}>
            <summary>{l10n.t("Call stack")}</summary>
            <ol class="stack">
              {failure.stack.map((frame, at) => (
                <li key={at}>
                  <code>{frame.function}</code> <LocationLink location={frame.location} />
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </section>
  );
}

function ForwardFailure({ model }: { readonly model: ModelSnapshot }) {
  const { dispatch } = useSession();
  const failure = model.trace!.failure!;
  const step = model.trace!.steps[failure.step];
  const path = step?.kind === "module" ? step.path : indexOf(model).enclosing(failure.step);
  return (
    <section class="notice error" role="alert">
      <Icon name="error" />
      <div class="notice-body">
        <h2>{path === "" ? l10n.t("Forward failed") : l10n.t("Forward failed in {0}", path)}</h2>
        <p class="failure-message">{failure.message}</p>
        <div class="notice-actions">
          <Link onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path }, reveal: true })}>{l10n.t("Show in Picture")}</Link>
          {failure.location && <LocationLink location={failure.location} />}
        </div>
      </div>
    </section>
  );
}

function Notice({ kind, text, children }: { readonly kind: "info" | "warning"; readonly text: string; readonly children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role="status">
      <Icon name={kind} />
      <p>{text}</p>
      {children}
    </div>
  );
}

/** True once `milliseconds` have passed since `of` last changed. */
function useDelay(milliseconds: number, of: unknown): boolean {
  const [passed, setPassed] = useState(false);
  useLayoutEffect(() => {
    setPassed(false);
    const timer = setTimeout(() => setPassed(true), milliseconds);
    return () => clearTimeout(timer);
  }, [of, milliseconds]);
  return passed;
}
