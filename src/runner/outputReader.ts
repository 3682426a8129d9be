import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import * as l10n from "@vscode/l10n";

export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Passes on what a request prints, up to a number of bytes. */
export class OutputLimit {
  readonly #bytes: number;
  #left: number;
  readonly #onOutput: ((output: Output) => void) | undefined;

  constructor(bytes: number, onOutput: ((output: Output) => void) | undefined) {
    this.#bytes = this.#left = bytes;
    this.#onOutput = onOutput;
  }

  receive(stream: Output["stream"], bytes: Buffer, decoder: StringDecoder): void {
    if (this.#left < 0) return;
    const text = decoder.write(bytes.subarray(0, this.#left));
    this.#left -= bytes.length;
    if (text) this.#onOutput?.({ stream, text });
    if (this.#left < 0) this.#onOutput?.({ stream: "stderr", text: `\n[Layerscope: ${l10n.t("the output was cut off after {0} bytes", this.#bytes)}]\n` });
  }
}

export class OutputReader {
  receiver: OutputLimit | null = null;
  /** The end of what was read. */
  last = "";
  #count = 0;
  #reached: (() => void) | null = null;

  constructor(
    readonly stream: Socket | NonNullable<ChildProcess["stdout"]>,
    name: Output["stream"],
  ) {
    const decoder = new StringDecoder("utf8");
    stream.on("data", (bytes: Buffer) => {
      this.#count += bytes.length;
      this.last = (this.last + bytes.subarray(-4000).toString("latin1")).slice(-4000);
      this.receiver?.receive(name, bytes, decoder);
      this.#reached?.();
    });
    stream.on("error", () => {});
  }

  /** Resolves when so many bytes have been read, or the stream has ended. */
  async reach(count: number): Promise<void> {
    if (this.#count >= count || this.stream.readableEnded || this.stream.destroyed) return;
    await new Promise<void>((resolve) => {
      this.stream.once("close", resolve);
      this.#reached = () => {
        if (this.#count < count) return;
        this.#reached = null;
        this.stream.off("close", resolve);
        resolve();
      };
    });
  }
}
