import { expect, test } from "vitest";
import type { PageMessage, PageRequest } from "../../src/protocol/index.js";
import { Host, type HostNotification } from "../../webview/host.js";

function connect() {
  const sent: PageRequest[] = [];
  const noted: HostNotification[] = [];
  let deliver: (message: PageMessage) => void = () => undefined;
  const host = new Host({ postMessage: (message) => sent.push(message as PageRequest), listen: (listener) => (deliver = listener) }, (message) =>
    noted.push(message),
  );
  return { host, sent, noted, deliver: (message: PageMessage) => deliver(message) };
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
