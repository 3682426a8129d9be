import { expect, test } from "vitest";
import type { PageMessage, PageRequest } from "../../src/protocol/index.js";
import { Host, type HostNotification } from "../../webview/host.js";
import { net } from "../describe/snapshots.js";

function connect() {
  const sent: PageRequest[] = [];
  const noted: HostNotification[] = [];
  const damaged: string[] = [];
  let deliver: (message: unknown) => void = () => undefined;
  const host = new Host(
    { postMessage: (message) => sent.push(message as PageRequest), listen: (listener) => (deliver = listener) },
    (message) => noted.push(message),
    (what) => damaged.push(what),
  );
  return { host, sent, noted, damaged, deliver: (message: PageMessage) => deliver(message), deliverAnything: (message: unknown) => deliver(message) };
}

test("answers reach their own requests, in whatever order they come", async () => {
  const { host, sent, deliver } = connect();
  const first = host.request("run", null);
  const second = host.request("tensorValues", { model: "net", tensor: 0, maxRows: 4, maxColumns: 4 });
  const values = { shape: [1], rows: 1, columns: 1, values: [42], truncated: false };
  deliver({ kind: "reply", id: sent[1]!.id, result: values });
  deliver({ kind: "reply", id: sent[0]!.id, result: null });
  await expect(second).resolves.toEqual(values);
  await expect(first).resolves.toBeNull();
});

test("a refusal rejects with the host's words", async () => {
  const { host, sent, deliver } = connect();
  const run = host.request("run", null);
  deliver({ kind: "error", id: sent[0]!.id, message: "The workspace is not trusted." });
  await expect(run).rejects.toThrow("The workspace is not trusted.");
});

test("notifications are passed on, and answers nobody waits for are not", () => {
  const { noted, deliver } = connect();
  deliver({ kind: "activity", activity: "running" });
  deliver({ kind: "reply", id: 99, result: null });
  expect(noted).toEqual([{ kind: "activity", activity: "running" }]);
});

test("a damaged message does nothing, and says where it is damaged", () => {
  const { noted, damaged, deliverAnything } = connect();
  deliverAnything({ kind: "model", model: { ...net(), totals: null } });
  deliverAnything({ kind: "select", selection: { model: 7, path: "" } });
  expect(noted).toEqual([]);
  expect(damaged).toEqual([
    "What the editor told this page cannot be understood: its message.model.totals is not an object.",
    "What the editor told this page cannot be understood: its message.selection.model is not a text.",
  ]);
});

test("what others say to the window is none of ours", () => {
  const { noted, damaged, deliverAnything } = connect();
  for (const said of [null, undefined, "model", 7, {}, { kind: 1 }, { kind: "toString" }, { kind: "did-load" }]) deliverAnything(said);
  expect([noted, damaged]).toEqual([[], []]);
});

test("a damaged answer rejects what was asked", async () => {
  const { host, sent, deliverAnything } = connect();
  const asked = host.request("tensorValues", { model: "net", tensor: 0, maxRows: 4, maxColumns: 4 });
  deliverAnything({ kind: "reply", id: sent[0]!.id, result: { shape: [1], rows: 1, columns: 1, values: [{}], truncated: false } });
  await expect(asked).rejects.toThrow("its answer.values[0]");
});
