/** What the page makes for the host to save or copy. */
import * as l10n from "@vscode/l10n";
import { toCsv, toMarkdown } from "../src/describe/parameterRows.js";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { ExportOptions, GraphViewInterface } from "./graph/index.js";
import type { PageSession } from "./pageSession.js";
import { shownRows } from "./shownRows.js";

export async function savePicture(
  session: PageSession,
  graph: GraphViewInterface,
  model: ModelSnapshot,
  format: "svg" | "png",
  part: NonNullable<ExportOptions["part"]>,
): Promise<void> {
  try {
    if (format === "svg") save(session, model, format, await graph.exportSvg({ part }));
    else save(session, model, format, await base64(await graph.exportPng({ part })), "base64");
  } catch (error) {
    session.tell(l10n.t("The picture could not be drawn as {0}: {1}", format.toUpperCase(), (error as Error).message), "problem");
  }
}

export async function copyTable({ page, request, tell }: PageSession, model: ModelSnapshot, format: "csv" | "markdown"): Promise<void> {
  await request("copyText", { text: (format === "csv" ? toCsv : toMarkdown)(shownRows(page, model)) });
  tell(l10n.t("Table copied."));
}

export function saveTable(session: PageSession, model: ModelSnapshot): void {
  save(session, model, "csv", toCsv(shownRows(session.page, model)));
}

export function saveSnapshot(session: PageSession, model: ModelSnapshot): void {
  save(session, model, "json", JSON.stringify(model, null, 2));
}

function save({ act }: PageSession, model: ModelSnapshot, extension: string, content: string, encoding: "utf8" | "base64" = "utf8"): void {
  act("save", { suggestedName: `${fileName(model.name)}.${extension}`, content, encoding });
}

function fileName(model: string): string {
  return model.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "model";
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) chunks.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(chunks.join(""));
}
