// Stands in for the process of model code: answers the first request with the right answer, damaged (messages.test.ts). What it sends lies beside it.
import { readFileSync } from "node:fs";
import { Socket } from "node:net";

const pipe = new Socket({ fd: 3, readable: true, writable: true });
pipe.on("error", () => process.exit());
pipe.on("close", () => process.exit());
const { ready, answer, ends } = JSON.parse(readFileSync(process.env.LAYERSCOPE_SOAK_ANSWER, "utf8"));
pipe.write(Buffer.from(ready, "base64"));
let received = "";
pipe.on("data", (bytes) => {
  received += bytes.toString("latin1");
  const found = /"id":"([0-9a-f-]{36})"/.exec(received);
  if (!found) return;
  received = "";
  // The id is as long as what stands for it, so that no length changes.
  const bytesOfAnswer = Buffer.from(answer, "base64")
    .toString("latin1")
    .replaceAll("{".padEnd(35, "i") + "}", found[1]);
  pipe.write(Buffer.from(bytesOfAnswer, "latin1"), () => ends && process.exit(4));
});
