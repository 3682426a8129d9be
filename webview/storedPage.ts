/** What of the page outlives a reload, as JSON keeps it. What was stored may be of any version: what is not understood is left at its default. */
import type { Order } from "../src/describe/parameterRows.js";
import { keptArrangement, readArrangement } from "../src/picture/model/arrangement.js";
import { readSettings, type CameraPlace } from "../src/picture/state.js";
import { memoryOf, type FileMemory, type Memory, type Page, type ViewMemory } from "./state.js";

type Restored = Pick<Page, "query" | "tab" | "order" | "memory">;

type Kept = Readonly<Record<string, unknown>>;

/** The page before the host has spoken; `stored` is what `vscode.getState` gave. */
export function startPage(stored: unknown): Page {
  return {
    host: null,
    model: null,
    selected: null,
    reveals: 0,
    tracing: false,
    compared: null,
    form: null,
    showsHere: false,
    asked: null,
    trouble: null,
    ...readStoredPage(stored),
  };
}

export function storedPage(page: Page): object {
  const { query, tab, order } = page;
  const { preferences, files } = memoryOf(page);
  return {
    version: 1,
    preferences,
    files: mapValues(files, ({ model, views }) => ({ model, views: mapValues(views, storedView) })),
    open: { query, tab, order },
  };
}

function storedView({ arrangement, camera, selection }: ViewMemory) {
  return { ...keptArrangement(arrangement), camera, selection };
}

function readStoredPage(stored: unknown): Restored {
  const { version, preferences, files, open } = record(stored);
  const { query, tab, order } = version === 1 ? record(open) : {};
  const memory: Memory = {
    preferences: readPreferences(version === 1 ? record(preferences) : {}),
    files: version === 1 ? mapValues(record(files), readFile) : {},
  };
  return {
    query: typeof query === "string" ? query : "",
    tab: tab === "parameters" ? "parameters" : "graph",
    order: order === undefined ? null : (order as Order | null),
    memory,
  };
}

function readPreferences(kept: Kept): Memory["preferences"] {
  const { narrow, wide } = record(kept.inspectorShare);
  return {
    ...readSettings(kept),
    inspectorOpen: kept.inspectorOpen !== false,
    signalOpen: kept.signalOpen === true,
    inspectorShare: { narrow: typeof narrow === "number" ? narrow : null, wide: typeof wide === "number" ? wide : 0.34 },
  };
}

function readFile(kept: unknown): FileMemory {
  const { model, views } = record(kept);
  return { model: typeof model === "string" ? model : null, views: mapValues(record(views), readView) };
}

function readView(kept: unknown): ViewMemory {
  const { selection, camera } = record(kept);
  return { arrangement: readArrangement(kept), camera: readCamera(record(camera)), selection: typeof selection === "string" ? selection : null };
}

function readCamera({ scale, anchor, dx, dy }: Kept): CameraPlace | null {
  return typeof scale === "number" && typeof anchor === "string" && typeof dx === "number" && typeof dy === "number" ? { scale, anchor, dx, dy } : null;
}

function record(value: unknown): Kept {
  return typeof value === "object" && value !== null ? (value as Kept) : {};
}

function mapValues<From, To>(of: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value)]));
}
