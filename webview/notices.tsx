import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { formatValue } from "../src/describe/format.js";
import { sourceText } from "../src/describe/shapeSource.js";
import type { Activity, ModelSnapshot, Offer, PageState, Training } from "../src/protocol/index.js";
import { Button, Icon, Link } from "./controls.js";
import { reinitializationText } from "../src/describe/initialization.js";
import { FailureNotices, RunFailure } from "./failureNotice.js";
import { baseName } from "./locationLink.js";
import { useSession } from "./pageSession.js";

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
      <p>{l10n.t("Open a TypeScript or Python file that builds a neural network, and its modules, parameters and shapes appear here.")}</p>
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

/** A model file without a picture yet: it has not run, is running, failed, or holds no model. */
export function NoPictureScreen({ state }: { readonly state: FileState }) {
  const { act, can } = useSession();
  const name = baseName(state.file);
  const seconds = useSeconds(state.activity);
  if (state.activity !== "idle") {
    return (
      <Screen icon="loading codicon-modifier-spin" title={l10n.t("Running {0}", name)}>
        {seconds >= 1 && (
          <p>
            <Elapsed seconds={seconds} timeLimit={state.timeLimit} /> <Steps trainings={state.trainings} />
          </p>
        )}
        {seconds >= 1 && can("stop") && <Button onClick={() => act("stop", null)}>{l10n.t("Stop")}</Button>}
      </Screen>
    );
  }
  if (state.lastRun.kind === "failed") {
    return (
      <main class="screen failed">
        <RunFailure failure={state.lastRun.failure} note={null} open />
        <SourceNote state={state} />
        {state.build !== null && can("run") && (
          <Notice kind="info" text={l10n.t("Built from {0}.", state.build)}>
            <Link onClick={() => act("build", null)}>{l10n.t("Change…")}</Link>
          </Notice>
        )}
      </main>
    );
  }
  if (state.lastRun.kind === "none") {
    return (
      <Screen icon="type-hierarchy-sub" title={l10n.t("{0} has not run yet", name)}>
        <p>{l10n.t("Layerscope runs the file to look inside its models.")}</p>
        <SourceNote state={state} />
        <div class="screen-actions">
          {can("run") && (
            <Button primary onClick={() => act("run", null)}>
              {l10n.t("Run Model File")}
            </Button>
          )}
        </div>
      </Screen>
    );
  }
  return (
    <Screen icon="circle-slash" title={l10n.t("No model in {0}", name)}>
      {state.offers.length > 0 ? (
        <Offers offers={state.offers} />
      ) : (
        <>
          <p>{l10n.t("The file ran to its end, but no module was alive then. Keep the model in a variable at the top of the file:")}</p>
          <pre>
            {/\.(py|ipynb)$/.test(state.file)
              ? "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU())"
              : "const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());"}
          </pre>
        </>
      )}
      <div class="screen-actions">
        {can("run") && (
          <Button primary onClick={() => act("run", null)}>
            {l10n.t("Run Again")}
          </Button>
        )}
        <Button onClick={() => act("showOutput", null)}>{l10n.t("Show Output")}</Button>
        <Button onClick={() => act("createExample", null)}>{l10n.t("Create an Example")}</Button>
      </div>
    </Screen>
  );
}

/** What is not called by itself, for the user to say so. */
function Offers({ offers }: { readonly offers: readonly Offer[] }) {
  const { act } = useSession();
  return (
    <>
      <p>{l10n.t("The file ran to its end, and no module was alive then. What may make one is called when you say so:")}</p>
      <div class="screen-offers">
        {offers.map(({ expression, complete }) => (
          <Button key={expression} onClick={() => act("build", { expression, complete })}>
            {l10n.t("Build from {0}", expression)}
          </Button>
        ))}
      </div>
    </>
  );
}

/** The lines above the picture: what the user must know about what it shows. */
export function Notices({ state, model }: { readonly state: FileState; readonly model: ModelSnapshot }) {
  const { act, can, dispatch } = useSession();
  return (
    <div class="notices">
      <SourceNote state={state} />
      <Progress state={state} />
      <EarlierChanges state={state} />
      <FailureNotices lastRun={state.lastRun} model={model} />
      {state.build !== null && (
        <Notice kind="info" text={l10n.t("Built from {0}.", state.build)}>
          {can("run") && <Link onClick={() => act("build", null)}>{l10n.t("Change…")}</Link>}
        </Notice>
      )}
      {state.stale && state.lastRun.kind === "completed" && state.activity === "idle" && (
        <Notice kind="info" text={l10n.t("{0} has changed since this picture.", baseName(state.file))}>
          {can("run") && <Link onClick={() => act("run", null)}>{l10n.t("Run")}</Link>}
        </Notice>
      )}
      {model.trace && model.trace.changedSince.length > 0 && (
        <Notice kind="warning" text={sourceText(model.trace)}>
          {model.hasForward && can("forward") && <Link onClick={() => dispatch({ kind: "openForm", form: "forward" })}>{l10n.t("Run Forward…")}</Link>}
        </Notice>
      )}
      {!model.trace && (
        <Notice kind="info" text={model.traceMissing ?? l10n.t("No forward pass ran, so shapes and data flow are unknown.")}>
          {model.hasForward && can("forward") && <Link onClick={() => dispatch({ kind: "openForm", form: "forward" })}>{l10n.t("State Inputs…")}</Link>}
        </Notice>
      )}
    </div>
  );
}

/** What makes the models, where that is not what the user may take it for. */
function SourceNote({ state: { note } }: { readonly state: FileState }) {
  const { act } = useSession();
  if (note === undefined) return null;
  return (
    <p class="source-note">
      {note} <Link onClick={() => act("openNote", null)}>{l10n.t("What differs")}</Link>
    </p>
  );
}

const activities: Readonly<Record<Exclude<Activity, "idle">, () => string>> = {
  running: () => l10n.t("Running the model file"),
  forward: () => l10n.t("Running forward"),
  reinitialize: () => l10n.t("Reinitializing"),
};

/** A moving bar at once; after a second what runs, since when, how long it may, and how to stop it. */
function Progress({ state: { activity, timeLimit, trainings } }: { readonly state: FileState }) {
  const { act, can } = useSession();
  const seconds = useSeconds(activity);
  const patient = seconds >= 1;
  if (activity === "idle") return null;
  const text = activities[activity]();
  return (
    <>
      <div class="progress-bar" role="progressbar" aria-label={text} />
      {patient && (
        <div class="notice info" role="status">
          <p>
            {text} <Elapsed seconds={seconds} timeLimit={timeLimit} /> <Steps trainings={trainings} />
          </p>
          {can("stop") && <Link onClick={() => act("stop", null)}>{l10n.t("Stop")}</Link>}
        </div>
      )}
    </>
  );
}

interface NoticeProps {
  readonly kind: "info" | "warning";
  /** A codicon's name; default: the kind's own. */
  readonly icon?: string;
  readonly text: string;
  readonly children: ComponentChildren;
}

function Notice({ kind, icon = kind, text, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role="status">
      <Icon name={icon} />
      <p>{text}</p>
      <div class="notice-links">{children}</div>
    </div>
  );
}

/** What was reinitialized here and is no more, since the file ran again: it is said, and not silently done again, nor silently no longer. */
function EarlierChanges({ state }: { readonly state: FileState }) {
  const { act, can } = useSession();
  if (state.earlierChanges.length === 0 || state.activity !== "idle" || !can("reinitialize")) return null;
  const textOf = (changes: typeof state.earlierChanges) => changes.map(({ reinitialization }) => reinitializationText(reinitialization)).join("; ");
  const answer = (wanted: "apply" | "keep" | "forget") => () => act("earlierChanges", { answer: wanted });
  const ended = state.earlierChanges.filter(({ standing }) => standing === "ended");
  const others = state.earlierChanges.filter(({ standing }) => standing !== "ended");
  const answers = (
    <>
      <Link onClick={answer("apply")}>{l10n.t("Apply Again")}</Link>
      <Link onClick={answer("keep")}>{l10n.t("Keep Applying")}</Link>
      <Link onClick={answer("forget")}>{l10n.t("Dismiss")}</Link>
    </>
  );
  return (
    <>
      {ended.length > 0 && (
        <Notice
          kind="info"
          icon="pinned"
          text={l10n.t("No longer reinitialized after every run, since the code initializes it otherwise now: {0}.", textOf(ended))}
        >
          {others.every(({ standing }) => standing === "kept") && answers}
        </Notice>
      )}
      {others.length > 0 &&
        (others.every(({ standing }) => standing === "kept") ? (
          <Notice kind="info" icon="pinned" text={l10n.t("Reinitialized after every run: {0}.", textOf(others))}>
            {ended.length === 0 && <Link onClick={answer("forget")}>{l10n.t("Stop Applying")}</Link>}
          </Notice>
        ) : (
          <Notice kind="info" text={l10n.t("Reinitialized before this run: {0}.", textOf(others))}>
            {answers}
          </Notice>
        ))}
    </>
  );
}

/** Seconds that go by; a screen reader is not told of each. */
function Elapsed({ seconds, timeLimit }: { readonly seconds: number; readonly timeLimit: number | null }) {
  return (
    <span class="elapsed" aria-hidden="true">
      {timeLimit === null ? l10n.t("{0} s, without a limit", seconds) : l10n.t("{0} s of {1} s", seconds, timeLimit)}
    </span>
  );
}

/** How far the code's own training is. */
function Steps({ trainings = [] }: Pick<FileState, "trainings">) {
  const longest = trainings.reduce<Training | null>((found, { training }) => (found && found.steps >= training.steps ? found : training), null);
  if (!longest) return null;
  const loss = longest.samples.at(-1)?.loss ?? null;
  return (
    <span class="elapsed" aria-hidden="true">
      {loss === null ? l10n.t("step {0}", longest.steps) : l10n.t("step {0}, loss {1}", longest.steps, formatValue(loss))}
    </span>
  );
}

/** Whole seconds since `activity` began. */
function useSeconds(activity: Activity): number {
  const [seconds, setSeconds] = useState(0);
  useLayoutEffect(() => {
    setSeconds(0);
    if (activity === "idle") return;
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, [activity]);
  return seconds;
}
