import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

const { safetensors } = torch;
const dataFile = (name: string) => readFile(new URL(`./data/${name}`, import.meta.url));

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "safetensors-"))));
afterEach(() => rm(folder, { recursive: true }));

describe("files written by Python", () => {
  const half = [0, 1, 2.5, -1.5];

  it("are read with every dtype", async () => {
    const tensors = safetensors.load(await dataFile("python.safetensors"));
    const read = (name: string) => [tensors.get(name)!.dtype.name, tensors.get(name)!.tolist()];
    expect(read("float16")).toEqual(["float16", [...half, 65504, Infinity, 2 ** -24]]);
    expect(read("bfloat16")).toEqual(["bfloat16", [...half, 65536, Infinity, Math.fround(6.007030606269836e-8)]]);
    expect(read("float32")).toEqual([
      "float32",
      [
        [0, 1, 2],
        [3, 4, 5],
      ].map((row) => row.map((i) => Math.fround(i / 7))),
    ]);
    expect(read("float64")).toEqual(["float64", [1 / 3, -1e300]]);
    expect(read("int8")).toEqual(["int8", [-128, 127]]);
    expect(read("int16")).toEqual(["int16", [-300, 300]]);
    expect(read("int32")).toEqual(["int32", [-(2 ** 31), 2 ** 31 - 1]]);
    expect(read("int64")).toEqual(["int64", [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]]);
    expect(read("uint8")).toEqual(["uint8", [0, 255]]);
    expect(read("bool")).toEqual(["bool", [true, false, true]]);
    expect(read("scalar")).toEqual(["float32", 42]);
    expect([...tensors.get("empty")!.shape]).toEqual([0, 3]);
    expect(safetensors.loadMetadata(await dataFile("python.safetensors"))).toEqual({ format: "pt", note: "é" });
  });

  it("are written again byte for byte", async () => {
    const bytes = await dataFile("pythonNative.safetensors");
    expect(Buffer.from(safetensors.save(safetensors.load(bytes))).equals(bytes)).toBe(true);
  });
});

describe("saving and loading", () => {
  it("keeps a model's state, names and order", async () => {
    const { nn } = torch;
    const shared = new nn.Linear(3, 3);
    const net = new nn.Sequential(new nn.Linear(2, 3), shared, new nn.ReLU(), shared);
    const path = join(folder, "net.safetensors");
    await safetensors.saveFile(net.stateDict(), path);
    const loaded = await safetensors.loadFile(path);
    expect(String(loaded)).toBe(String(net.stateDict()));
    const other = new nn.Linear(3, 3);
    const copy = new nn.Sequential(new nn.Linear(2, 3), other, new nn.ReLU(), other);
    copy.loadStateDict(loaded);
    expect(String(copy.stateDict())).toBe(String(net.stateDict()));
    expect(await readdir(folder)).toEqual(["net.safetensors"]);
  });

  it("writes views as they look and integers exactly", () => {
    const x = torch.arange(6).reshape([2, 3]);
    const loaded = safetensors.load(safetensors.save({ turned: x.t(), row: x.select(0, 1) }));
    expect(loaded.get("turned")!.tolist()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(loaded.get("row")!.tolist()).toEqual([3, 4, 5]);
    expect(loaded.get("row")!.dtype).toBe(torch.int64);
  });

  it("keeps names that look like numbers, and prototype names, in order", () => {
    const names = ["10", "2", "__proto__", "a"];
    const loaded = safetensors.load(safetensors.save(names.map((name, i) => [name, torch.full([1], i + 0.5)] as const)));
    expect([...loaded].map(([name, tensor]) => [name, tensor.item()])).toEqual(names.map((name, i) => [name, i + 0.5]));
  });

  it("leaves the old file when writing fails", async () => {
    const path = join(folder, "kept.safetensors");
    await safetensors.saveFile({ x: torch.ones(2) }, path);
    await expect(safetensors.saveFile({ x: torch.ones(2, { device: "meta" }) }, path)).rejects.toThrow("tensor `x` is on the meta device");
    expect((await safetensors.loadFile(path)).get("x")!.tolist()).toEqual([1, 1]);
    expect(await readdir(folder)).toEqual(["kept.safetensors"]);
  });
});

describe("files that are damaged", () => {
  const file = (header: string, data = 0): Uint8Array => {
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + text.length + data);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  const entry = (dtype: string, shape: string, offsets: string) => `{"x":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;

  it.each([
    ["are too short", new Uint8Array(5), "Error while deserializing header: header too small (a file has at least 8 bytes, but there are 5)"],
    ["claim a huge header", new Uint8Array(9).fill(255), "Error while deserializing header: header too large"],
    ["end within the header", file("{}").subarray(0, 9), "Error while deserializing header: invalid header length (it claims 2 bytes, but 1 follow"],
    ["are not UTF-8", file("{}").fill(0xff, 8), "Error while deserializing header: invalid UTF-8 in header"],
    ["do not start with a header", file("[]"), "invalid start character in header, must be `{`"],
    ["have broken JSON", file('{"x":'), "invalid JSON in header"],
    ["have an entry without offsets", file('{"x":{"dtype":"F32","shape":[1]}}'), "`x` needs a dtype, a shape and two data_offsets"],
    ["have a dtype unknown to the engine", file(entry("F8_E4M3", "[1]", "[0,1]"), 1), "tensor `x` has dtype F8_E4M3, which can't be read"],
    ["have a negative size", file(entry("F32", "[-1]", "[0,4]"), 4), "`x` needs a dtype, a shape and two data_offsets"],
    ["have a gap between tensors", file(entry("F32", "[1]", "[4,8]"), 8), "invalid offset for tensor `x` (it is at 4 to 8, but the one before ends at 0)"],
    ["have a shape that does not fit", file(entry("F32", "[3]", "[0,8]"), 8), "`x` of shape [3] takes 12 bytes, but has 8"],
    [
      "are cut off within the data",
      file(entry("F32", "[2]", "[0,8]"), 7),
      "incomplete metadata, file not fully covered (the tensors take 8 bytes, but the file has 7)",
    ],
    ["have bytes left over", file(entry("F32", "[2]", "[0,8]"), 9), "incomplete metadata, file not fully covered"],
  ])("and %s are refused with the reason", async (_what, bytes, message) => {
    expect(() => safetensors.load(bytes)).toThrow(message);
    const path = join(folder, "damaged.safetensors");
    await writeFile(path, bytes);
    await expect(safetensors.loadFile(path)).rejects.toThrow(message);
  });

  it("with integers beyond 2^53 are refused, not rounded", () => {
    const bytes = file(entry("I64", "[1]", "[0,8]"), 8);
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 2n ** 53n, true);
    expect(() => safetensors.load(bytes)).toThrow("tensor `x`: the integer 9007199254740992 is beyond 2^53");
  });
});
