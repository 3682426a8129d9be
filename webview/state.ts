import { firstShown } from "../src/describe/failure.js";
import type { Capability, ModelSnapshot, PageForm, PageState, Selection, Training, ViewAction } from "../src/protocol/index.js";
import type { GraphItem } from "../src/picture/items.js";
import type { ItemSource } from "../src/picture/model/displayGraph.js";
import { initialArrangement, type Arrangement } from "../src/picture/model/arrangement.js";
import type { CameraPlace, PictureSettings } from "../src/picture/state.js";
import type { HostNotification } from "./host.js";
import { type Findings, findingsOf } from "../src/describe/findings/findings.js";
import { reachedModules } from "../src/describe/initializationTarget.js";
import { indexOf, type ModelIndex } from "../src/describe/modelIndex.js";
import type { Order } from "../src/describe/parameterRows.js";

/** What is selected in the shown model. */
export type Selected =
  /** `call`: the box of a later call of the module, where that one was selected; `tensor`: the one of its parameters and buffers that was picked, by its name there. */
  | { readonly kind: "module"; readonly path: string; readonly call?: string; readonly tensor?: string }
  /** A node of the picture that is no module; `path` is the module it runs in. */
  | { readonly kind: "node"; readonly id: string; readonly path: string; readonly label: string; readonly source: ItemSource };

/** An item of the picture as a selection. */
export function selectedOf(item: GraphItem): Selected {
  return item.source === null
    ? { kind: "module", path: item.path, ...(item.id !== item.path && { call: item.id }) }
    : { kind: "node", id: item.id, path: item.path, label: item.label, source: item.source };
}

/** The item of the picture that is selected. */
export function idOf(selected: Selected): string {
  return selected.kind === "module" ? (selected.call ?? selected.path) : selected.id;
}

export type Tab = "graph" | "parameters";

/** What the user arranged for every model alike. */
export interface Preferences extends PictureSettings {
  readonly inspectorOpen: boolean;
  /** Whether the curves of the signal stand beneath the picture. */
  readonly signalOpen: boolean;
  /** The inspector's share of the page: of its height when narrow, of its width when wide. */
  readonly inspectorShare: { readonly narrow: number | null; readonly wide: number };
}

/** What the user arranged in the picture of one model. */
export interface ViewMemory {
  readonly arrangement: Arrangement;
  /** Null while the user has not moved the view. */
  readonly camera: CameraPlace | null;
  /** Path of the module that was selected when the model was left. */
  readonly selection: string | null;
}

/** What the user arranged in one model file. */
export interface FileMemory {
  /** The model that was shown last. */
  readonly model: string | null;
  readonly views: Readonly<Record<string, ViewMemory>>;
}

/** What the user arranged. */
export interface Memory {
  readonly preferences: Preferences;
  /** By absolute path, the most recent last. */
  readonly files: Readonly<Record<string, FileMemory>>;
}

/** Everything the page shows follows from this value. */
export interface Page {
  /** Null until the host has spoken. */
  readonly host: PageState | null;
  /** Name of the model to show; null before there was one. A run without models leaves it, for the next good one. */
  readonly model: string | null;
  readonly selected: Selected | null;
  /** Grows when something outside the picture selects: the picture then brings the selection into view. */
  readonly reveals: number;
  readonly query: string;
  readonly tab: Tab;
  /** How the parameter table is ordered; null: as declared. */
  readonly order: Order | null;
  /** Whether all but what lies upstream and downstream of the selection is dimmed. */
  readonly tracing: boolean;
  /** The module that the selected one is compared with. */
  readonly compared: string | null;
  /** Whether the picture is shown here although an editor tab shows it. */
  readonly showsHere: boolean;
  /** The form that is open in the inspector, about the selection. */
  readonly form: PageForm | null;
  /** What a command of the editor asked for last: a new value for every time. */
  readonly asked: { readonly action: ViewAction } | null;
  readonly memory: Memory;
  /** Why the host's last message could not be taken: what is shown may be older than what the host has; null normally. */
  readonly trouble: string | null;
}

export type Action =
  | HostNotification
  /** Null: the user has read it. */
  | { readonly kind: "damaged"; readonly what: string | null }
  | { readonly kind: "chooseModel"; readonly model: string }
  /** `reveal`: from outside the picture, which must then bring it into view. */
  | { readonly kind: "choose"; readonly selected: Selected | null; readonly reveal: boolean }
  | { readonly kind: "search"; readonly query: string }
  | { readonly kind: "openTab"; readonly tab: Tab }
  | { readonly kind: "order"; readonly order: Order | null }
  | { readonly kind: "trace"; readonly on: boolean }
  | { readonly kind: "compare"; readonly with: string | null }
  | { readonly kind: "showHere" }
  /** On the selected module, else on the model. */
  | { readonly kind: "openForm"; readonly form: PageForm | null }
  | { readonly kind: "prefer"; readonly preferences: Partial<Preferences> }
  /** Of the picture of the shown model. */
  | { readonly kind: "arrange"; readonly arrangement: Arrangement }
  | { readonly kind: "moveCamera"; readonly camera: CameraPlace };

/** Files whose arrangement is kept; the least recently shown is forgotten first. */
const rememberedFiles = 20;

const untouched: ViewMemory = { arrangement: initialArrangement, camera: null, selection: null };

export function models(page: Page): readonly ModelSnapshot[] {
  return page.host?.kind === "file" ? page.host.models : [];
}

/** Whether the shown file's source can do it. */
export function can({ host }: Page, capability: Capability): boolean {
  return host?.kind === "file" && host.capabilities.includes(capability);
}

/** Whether something is under way that a change of a model has to wait for. */
export function isBusy({ host }: Page): boolean {
  return host?.kind === "file" && host.activity !== "idle";
}

export function shownModel(page: Page): ModelSnapshot | null {
  return models(page).find((model) => model.name === page.model) ?? null;
}

/** What the run under way trains of a model that an earlier one made; null where it trains nothing, or something else. */
export function runningTraining({ host }: Page, { name, tensors }: ModelSnapshot): Training | null {
  const trainings = host?.kind === "file" ? (host.trainings ?? []) : [];
  if (trainings.length === 0) return null;
  const ids = new Map(tensors.flatMap((tensor) => tensor.names.map((each) => [each, tensor.id] as const)));
  const fitting = trainings.filter(({ training }) => training.parameters.every((parameter) => ids.has(parameter.name)));
  const found = fitting.find(({ model }) => model === name) ?? fitting[0];
  if (!found) return null;
  return { ...found.training, parameters: found.training.parameters.map((parameter) => ({ ...parameter, tensor: ids.get(parameter.name)! })) };
}

/** What the page shows, as it tells the host; null while it shows no model. */
export function shownSelection(page: Page): Selection | null {
  const model = shownModel(page);
  return model && { model: model.name, path: page.selected?.path ?? null };
}

/** How the user arranged the picture of the shown model, or left it. */
export function shownView(page: Page): ViewMemory {
  if (page.host?.kind !== "file" || page.model === null) return untouched;
  const views = page.memory.files[page.host.file]?.views;
  // A model may be named like a method that every object has.
  return views && Object.hasOwn(views, page.model) ? views[page.model]! : untouched;
}

/** What is remembered, the selection of the shown model with it. */
export function memoryOf(page: Page): Memory {
  return changeView(page, { selection: page.selected?.kind === "module" ? page.selected.path : null }).memory;
}

/** The modules of a comparison: the one that it began with, and the selected one once that is another; with nothing selected, the model. */
export function comparedPaths({ compared, selected }: Page): readonly string[] {
  if (compared === null) return [];
  const other = selected === null ? "" : selected.kind === "module" ? selected.path : compared;
  return other === compared ? [compared] : [compared, other];
}

/** The modules that are reinitialized after every run: each by itself, the model, or all of a class. */
export function pinnedPaths({ host }: Page, model: ModelSnapshot): readonly string[] {
  const kept = host?.kind === "file" ? host.earlierChanges.filter((each) => each.standing === "kept" && each.model === model.name) : [];
  return kept.flatMap(({ reinitialization: { target } }) => {
    if (target.kind === "model") return [""];
    return target.kind === "module" ? [target.path] : reachedModules(indexOf(model), target).map(({ path }) => path);
  });
}

export function reduce(page: Page, action: Action): Page {
  switch (action.kind) {
    case "state": {
      const shown = showState({ ...page, trouble: null }, action.state);
      return action.selection ? showSelection(shown, action.selection) : shown;
    }
    case "damaged":
      return { ...page, trouble: action.what };
    case "model": {
      if (page.host?.kind !== "file") return page;
      const { model } = action;
      return showState(page, { ...page.host, models: page.host.models.map((other) => (other.name === model.name ? model : other)) });
    }
    case "activity":
      return page.host?.kind === "file" ? { ...page, host: { ...page.host, activity: action.activity } } : page;
    case "training": {
      if (page.host?.kind !== "file") return page;
      const { training } = action;
      const others = (page.host.trainings ?? []).filter(({ model }) => model !== training.model);
      return { ...page, host: { ...page.host, trainings: [...others, training] } };
    }
    case "perform":
      return { ...page, asked: { action: action.action } };
    case "select":
      return showSelection(page, action.selection);
    case "chooseModel":
      return showModel(page, action.model);
    case "choose":
      return { ...withSelected(page, action.selected), reveals: page.reveals + (action.reveal ? 1 : 0) };
    case "search":
      return { ...page, query: action.query };
    case "openTab":
      return { ...page, tab: action.tab };
    case "order":
      return { ...page, order: action.order };
    case "trace":
      return { ...page, tracing: action.on };
    case "compare":
      return { ...page, compared: action.with };
    case "inTab":
      return page.host?.kind === "file" ? { ...page, host: { ...page.host, isInTab: action.isInTab }, showsHere: page.showsHere && action.isInTab } : page;
    case "showHere":
      return { ...page, showsHere: true };
    case "openForm": {
      if (action.form === null) return { ...page, form: null };
      const selected: Selected = page.selected?.kind === "module" ? page.selected : { kind: "module", path: page.selected?.path ?? "" };
      return { ...page, form: action.form, selected, memory: { ...page.memory, preferences: { ...page.memory.preferences, inspectorOpen: true } } };
    }
    case "prefer":
      return { ...page, memory: { ...page.memory, preferences: { ...page.memory.preferences, ...action.preferences } } };
    case "arrange":
      return changeView(page, { arrangement: action.arrangement });
    case "moveCamera":
      return changeView(page, { camera: action.camera });
  }
}

/** A form is about what was selected when it was opened. */
function withSelected(page: Page, selected: Selected | null): Page {
  return { ...page, selected, form: selected?.kind === "module" && selected.path === page.selected?.path ? page.form : null };
}

function showState(page: Page, host: PageState): Page {
  if (host.kind !== "file") return { ...page, host, model: null, selected: null };
  const sameFile = page.host?.kind === "file" && page.host.file === host.file;
  const wanted = (sameFile ? page.model : null) ?? page.memory.files[host.file]?.model ?? null;
  const shown = host.models.find((model) => model.name === wanted) ?? firstShown(host.models, host.lastRun);
  if (!shown) return { ...page, host, model: wanted, selected: sameFile ? page.selected : null };
  const before = sameFile ? shownModel(page) : null;
  // A file that has only begun to run has no models yet: its first ones are entered as if it were new.
  const first = before === null && page.selected === null;
  if (shown.name !== page.model || !sameFile || first) return enterModel({ ...page, host }, shown);
  const compared = page.compared !== null && indexOf(shown).module(page.compared) ? page.compared : null;
  return { ...page, host, selected: page.selected && carryOver(page.selected, before, shown), compared };
}

/** What is to be told about a model, as the user set it. */
export function shownFindings({ host }: Page, model: ModelSnapshot): Findings {
  return findingsOf(model, host?.kind === "file" ? host.findingLevels : undefined);
}

function showModel(page: Page, name: string): Page {
  const model = models(page).find((candidate) => candidate.name === name);
  return model && name !== page.model ? enterModel({ ...page, memory: memoryOf(page) }, model) : page;
}

function enterModel(page: Page, model: ModelSnapshot): Page {
  const entered = { ...page, model: model.name };
  const path = shownView(entered).selection;
  const selected: Selected | null = path !== null && indexOf(model).module(path) ? { kind: "module", path } : null;
  const shown = { ...entered, selected, compared: null, form: null };
  return page.host?.kind === "file" ? rememberFile(shown, page.host.file, (file) => ({ ...file, model: model.name })) : shown;
}

function showSelection(page: Page, selection: Selection): Page {
  const shown = showModel(page, selection.model);
  const model = shownModel(shown);
  if (model?.name !== selection.model) return page;
  if (selection.path === null) return shown.selected === null ? shown : withSelected(shown, null);
  const { path } = indexOf(model).nearest(selection.path);
  if (shown.selected?.kind === "module" && shown.selected.path === path) return shown;
  return { ...withSelected(shown, { kind: "module", path }), reveals: shown.reveals + 1 };
}

/** The selection in a newer snapshot of the model: the same place, else the nearest one above it. */
function carryOver(selected: Selected, before: ModelSnapshot | null, after: ModelSnapshot): Selected | null {
  const index = indexOf(after);
  if (selected.kind === "module" && index.module(selected.path)) return selected;
  if (selected.kind === "node" && before && isSame(selected.source, indexOf(before), index)) return selected;
  return { kind: "module", path: index.nearest(selected.path).path };
}

/** Whether a node of the picture is still what it was. */
function isSame(source: ItemSource, before: ModelIndex, after: ModelIndex): boolean {
  switch (source.kind) {
    case "operation": {
      const [then, now] = [before, after].map((index) => index.operation(source.step));
      return then !== undefined && then.name === now?.name && before.enclosing(source.step) === after.enclosing(source.step);
    }
    case "parameter": {
      const [then, now] = [before, after].map(({ model }) => model.tensors[source.tensor]?.names[0]);
      return then !== undefined && then === now;
    }
    case "removed":
      return before.model.comparison?.removed[source.place]?.path === after.model.comparison?.removed[source.place]?.path;
    default:
      return before.model.trace?.values[source.value]?.source.kind === after.model.trace?.values[source.value]?.source.kind && after.model.trace !== null;
  }
}

/** Nothing while no model is shown. */
function changeView(page: Page, change: Partial<ViewMemory>): Page {
  const { host, model } = page;
  if (host?.kind !== "file" || model === null) return page;
  const view = { ...shownView(page), ...change };
  return rememberFile(page, host.file, (file) => ({ ...file, views: { ...file.views, [model]: view } }));
}

function rememberFile(page: Page, file: string, change: (memory: FileMemory) => FileMemory): Page {
  const { [file]: known = { model: null, views: {} }, ...others } = page.memory.files;
  const recent = [...Object.entries(others), [file, change(known)] as const].slice(-rememberedFiles);
  return { ...page, memory: { ...page.memory, files: Object.fromEntries(recent) } };
}

/** The page as one changing value: a new one for every action, told to whoever listens. */
export class Store {
  #page: Page;
  readonly #listeners = new Set<(page: Page) => void>();

  constructor(page: Page) {
    this.#page = page;
  }

  get page(): Page {
    return this.#page;
  }

  dispatch(action: Action): void {
    const next = reduce(this.#page, action);
    if (next === this.#page) return;
    this.#page = next;
    for (const listener of this.#listeners) listener(next);
  }

  /** Returns what ends the subscription. */
  subscribe(listener: (page: Page) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
