import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

const { nn } = torch;
const dataFile = (name: string) => readFile(new URL(`./data/${name}`, import.meta.url));

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "serialization-"))));
afterEach(() => rm(folder, { recursive: true }));

/** What data/makeSerialized.py writes. */
interface Checkpoint {
  readonly model: torch.StateDict;
  readonly [name: string]: unknown;
}

describe("a file written by PyTorch", () => {
  it("gives tensors of every dtype, numbers, strings, lists and dicts", async () => {
    const found = torch.load<Checkpoint>(await dataFile("python.pt"));
    torch.manualSeed(0);
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential(shared, new nn.BatchNorm1d(2), shared);
    expect(String(found.model)).toBe(String(net.stateDict()));
    expect([...found.model.versions]).toEqual([...net.stateDict().versions]);
    expect(String(found["parameter"])).toBe(String(shared.weight));
    const text = (name: string) => String(found[name]);
    expect(["half", "bfloat16", "bool", "uint8", "float64"].map(text)).toEqual([
      "tensor([ 1.5000, -2.0000], dtype=torch.float16)",
      "tensor([ 1.5000, -2.0000], dtype=torch.bfloat16)",
      "tensor([ True, False])",
      "tensor([255], dtype=torch.uint8)",
      "tensor([0.3333], dtype=torch.float64)",
    ]);
    expect(found["numbers"]).toEqual([0, 255, 256, 65535, 65536, -1, -70000, 2 ** 31, 2 ** 40, -(2n ** 70n), 0.5, Infinity]);
    expect(found["tuple"]).toEqual([null, true, "é"]);
    expect(found["by number"]).toEqual(
      new Map([
        [0, "a"],
        [1, "b"],
      ]),
    );
    expect(text("size")).toBe("torch.Size([2, 3])");
    expect(found["dtype"]).toBe(torch.float32);
    expect(Object.getOwnPropertyDescriptor(found, "__proto__")?.value).toBe("a name like any other");
  });

  it("keeps what shares memory", async () => {
    const found = torch.load<Record<"base" | "view" | "transposed", torch.Tensor>>(await dataFile("python.pt"));
    found.view.zero_();
    expect(found.base.tolist()).toEqual([0, 1, 0, 0, 0, 5]);
    expect(found.transposed.tolist()).toEqual([
      [0, 0],
      [1, 0],
      [0, 5],
    ]);
    const { model } = torch.load<Checkpoint>(await dataFile("python.pt"));
    model.get("0.weight")!.zero_();
    expect(model.get("2.weight")!.abs().sum().item()).toBe(0);
  });

  it("is refused where it holds code, with what to save instead", async () => {
    const bytes = await dataFile("module.pt");
    expect(() => torch.load(bytes)).toThrow(/Unsupported global: GLOBAL torch\.nn\.modules\.container\.Sequential .* save model\.state_dict\(\)/);
  });
});

describe("saving and loading", () => {
  it("gives back what was saved, from a path and from bytes", async () => {
    const base = torch.arange(6);
    const saved = {
      model: new nn.Linear(2, 2).stateDict(),
      epoch: 3,
      rate: 0.5,
      large: -(2n ** 70n),
      list: [1, [2, null, true], "é"],
      set: new Set([1, 2]),
      map: new Map([[1, "a"]]),
      base,
      view: base.at(torch.slice(2, 4)),
      parameter: new nn.Parameter(torch.ones(2), { requiresGrad: false }),
      dtype: torch.int64,
      many: Array.from({ length: 300 }, (_, i) => `name ${i}`),
    };
    const path = join(folder, "checkpoint.pt");
    torch.save(saved, path);
    expect(await readdir(folder)).toEqual(["checkpoint.pt"]);
    for (const loaded of [torch.load<typeof saved>(path), torch.load<typeof saved>(torch.save(saved))]) {
      const { model, base: loadedBase, view, parameter, ...rest } = loaded;
      expect(rest).toEqual({ epoch: 3, rate: 0.5, large: saved.large, list: saved.list, set: saved.set, map: saved.map, dtype: torch.int64, many: saved.many });
      expect(String(model)).toBe(String(saved.model));
      expect(parameter).toBeInstanceOf(nn.Parameter);
      expect(parameter.requiresGrad).toBe(false);
      view.zero_();
      expect(loadedBase.tolist()).toEqual([0, 1, 0, 0, 4, 5]);
    }
  });

  it("resumes an optimizer", () => {
    const net = new nn.Linear(3, 1);
    const optimizer = new torch.optim.Adam(net.parameters(), { lr: 0.1 });
    const step = (of: typeof optimizer, model: typeof net) => {
      of.zeroGrad();
      model(torch.ones(2, 3)).sum().backward();
      of.step();
    };
    step(optimizer, net);
    const bytes = torch.save({ net: net.stateDict(), optimizer: optimizer.stateDict() });
    const loaded = torch.load<{ net: torch.StateDict; optimizer: ReturnType<typeof optimizer.stateDict> }>(bytes);
    const other = new nn.Linear(3, 1);
    other.loadStateDict(loaded.net);
    const resumed = new torch.optim.Adam(other.parameters(), { lr: 0.5 });
    resumed.loadStateDict(loaded.optimizer);
    step(optimizer, net);
    step(resumed, other);
    expect(String(other.stateDict())).toBe(String(net.stateDict()));
  });

  it("takes the safetensors format by the file's extension", async () => {
    const state = new nn.Linear(2, 2).stateDict();
    const path = join(folder, "net.safetensors");
    torch.save(state, path);
    expect(String(torch.load(path))).toBe(String(state));
    expect(String(await torch.safetensors.loadFile(path))).toBe(String(state));
  });

  it("keeps a structure that contains itself", () => {
    const saved: { name: string; self?: unknown } = { name: "a" };
    saved.self = saved;
    const loaded = torch.load<typeof saved>(torch.save(saved));
    expect(loaded.self).toBe(loaded);
  });

  it("leaves the file that was there where something cannot be saved, and says where that is", () => {
    const path = join(folder, "net.pt");
    torch.save(1, path);
    expect(() => torch.save({ model: { run: [() => 1] } }, path)).toThrow("torch.save cannot write a function (at model.run[0])");
    expect(() => torch.save(new nn.Linear(1, 1), path)).toThrow("a module (Linear), whose code a file cannot hold: save its stateDict()");
    expect(() => torch.save({ w: torch.empty(2, { device: "meta" }) }, path)).toThrow("a tensor on the meta device, which has no values (at w)");
    expect(torch.load<number>(path)).toBe(1);
  });
});

describe("a damaged file", () => {
  it("is an error with a reason, wherever the damage is", async () => {
    const bytes = await dataFile("python.pt");
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 300; round++) {
      const damaged = new Uint8Array(bytes);
      for (let change = 0; change <= round % 3; change++) damaged[random(damaged.length)] = random(256);
      const cut = round % 5 === 0 ? damaged.subarray(0, random(damaged.length)) : damaged;
      try {
        torch.load(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(torch.TorchError);
        expect((error as Error).message).not.toBe("");
      }
    }
  });

  it("of another kind is told from one of PyTorch's", () => {
    expect(() => torch.load(new Uint8Array([1, 2, 3]))).toThrow(/no zip archive, as torch.save has written since PyTorch 1.6/);
  });
});

it("tuples are frozen arrays, and lists are not", () => {
  const saved = torch.save({ sizes: Object.freeze([1, 2]), names: ["a"], nested: Object.freeze([Object.freeze([]), [3]]) });
  const loaded = torch.load<{ sizes: number[]; names: string[]; nested: [never[], number[]] }>(saved);
  expect(loaded).toEqual({ sizes: [1, 2], names: ["a"], nested: [[], [3]] });
  expect([loaded.sizes, loaded.names, loaded.nested, ...loaded.nested].map((each) => Object.isFrozen(each))).toEqual([true, false, true, true, false]);
});
