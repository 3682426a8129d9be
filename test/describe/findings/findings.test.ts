import { describe, expect, test } from "vitest";
import * as torch from "../../../src/engine/index.js";
import { findingsOf } from "../../../src/describe/findings/findings.js";
import { indexOf } from "../../../src/describe/modelIndex.js";
import { search, searchTensors } from "../../../src/describe/search.js";
import { formatSummary, summarize } from "../../../src/describe/summary.js";
import type { ModelSnapshot } from "../../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "../../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

/** The snapshot of what `make` makes after `run` has used it. */
function inspected<Net extends torch.nn.Module>(make: () => Net, run: (net: Net) => void = () => undefined): ModelSnapshot {
  const inspection = inspectHere();
  const net = make();
  run(net);
  return snapshotOf(inspection, net);
}

const found = (model: ModelSnapshot) => findingsOf(model).all.map(({ code, place }) => `${code} ${place.path}`);

class Net extends nn.Module {
  body = new nn.Linear(4, 4);
  head = new nn.Linear(4, 2);
  spare = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
  override forward(x: Tensor): Tensor {
    return this.head(this.body(x));
  }
}

describe("NaN and infinity", () => {
  test("stand at the tensor that holds them, and show at what gives them on", () => {
    const model = inspected(
      () => new Net(),
      (net) => {
        net.body.weight.data.at(0, 0).fill_(NaN);
        net(torch.ones(2, 4));
      },
    );
    const [finding] = findingsOf(model).all;
    expect(finding).toMatchObject({ code: "nan", severity: "warning", text: "body.weight holds 1 NaN.", place: { path: "body" } });
    expect(
      findingsOf(model)
        .marks("head")
        .map(({ mark }) => mark),
    ).toEqual(["→ NaN/∞"]);
    expect(
      findingsOf(model)
        .marks("")
        .map(({ mark }) => mark),
    ).toEqual(["NaN/∞", "→ NaN/∞"]);
    expect(findingsOf(model).marks("spare")).toEqual([]);
    expect(search("finding:nan", indexOf(model)).paths).toEqual(["body", "head"]);
    expect(searchTensors("finding:nan", indexOf(model))!.size).toBe(1);
  });

  test("of a pass, the first module that gave them out is named", () => {
    class Logarithm extends nn.Module {
      inner = new nn.ReLU();
      after = new nn.Identity();
      override forward(x: Tensor): Tensor {
        return this.after(this.inner(x).sub(1).log());
      }
    }
    const model = inspected(
      () => new nn.Sequential(new nn.Linear(2, 2), new Logarithm(), new nn.Linear(2, 1)),
      (net) => net(torch.zeros(1, 2)),
    );
    const nan = findingsOf(model).all.filter(({ code }) => code === "nan");
    expect(nan.map(({ place, text }) => [place.path, text])).toEqual([
      ["1.after", "1.after gave out NaN or infinities, the first to do so of 4 modules. They first appeared in log()."],
    ]);
  });

  test("of a layer that is one function, that is not named once more; of a module that does several things, it is", () => {
    class Spread extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.sub(x).div(x.sub(x)).mul(2);
      }
    }
    const textOf = (make: () => torch.nn.Module): string[] =>
      findingsOf(inspected(make, (net) => (net as torch.nn.Linear)(torch.full([2, 2], 3e38)))).all.flatMap(({ code, text }) => (code === "nan" ? [text] : []));
    expect(textOf(() => new nn.Sequential(new nn.Linear(2, 2).apply((layer) => void nn.init.constant_((layer as torch.nn.Linear).weight, 3))))).toEqual([
      "0 gave out NaN or infinities, the first to do so of 2 modules.",
    ]);
    expect(textOf(() => new nn.Sequential(new Spread()))).toEqual([
      "0 gave out NaN or infinities, the first to do so of 2 modules. They first appeared in div().",
    ]);
  });

  test.each([
    ["a causal mask", () => torch.full([4, 4], -Infinity).triu(1)],
    ["a mask filled in place", () => torch.zeros(4, 4).maskedFill_(torch.ones(4, 4).triu(1).bool(), -Infinity)],
  ])("infinity below zero in a buffer is %s, and no sick model", (_, mask) => {
    class Masked extends nn.Module {
      fc = new nn.Linear(4, 4);
      frozen = new nn.Parameter(mask(), false);
      declare mask: Tensor;
      constructor() {
        super();
        this.registerBuffer("mask", mask());
      }
      override forward(x: Tensor): Tensor {
        return torch.softmax(this.fc(x).add(this.mask).add(this.frozen), -1);
      }
    }
    expect(
      found(
        inspected(
          () => new Masked(),
          (net) => net(torch.ones(4, 4)),
        ),
      ),
    ).toEqual([]);
  });

  test("in a buffer of running statistics, NaN is told", () => {
    const model = inspected(
      () => new nn.BatchNorm1d(2),
      (net) => net(torch.full([3, 2], NaN)),
    );
    expect(found(model)).toContain("nan ");
    expect(findingsOf(model).all.map(({ text }) => text)).toContain("running_mean holds 2 NaN.");
  });
});

describe("never called", () => {
  const run = (net: Net) => net(torch.ones(2, 4));

  test("is what the whole pass of the code left out, told once for all that lies in it", () => {
    expect(found(inspected(() => new Net(), run))).toEqual(["never-called spare"]);
  });

  test("is not said where the pass is none of the code's own, or where something was called in another pass", () => {
    expect(found(inspected(() => new Net()))).toEqual([]);
    expect(
      found(
        inspected(
          () => new Net(),
          (net) => {
            run(net);
            net.spare(torch.ones(2, 4));
          },
        ),
      ),
    ).toEqual([]);
  });

  test("is not said of a pass that failed", () => {
    const model = inspected(
      () => new Net(),
      (net) => expect(() => net(torch.ones(2, 3))).toThrow(),
    );
    expect(found(model)).toEqual(["failed body"]);
  });

  test("is not said of an attention's output projection, whose parameters an operation takes, nor of a module under another name", () => {
    const attention = inspected(
      () => new nn.MultiheadAttention(4, 2),
      (net) => net(torch.ones(3, 1, 4), torch.ones(3, 1, 4), torch.ones(3, 1, 4)),
    );
    expect(found(attention)).toEqual([]);
    class Twice extends nn.Module {
      one = new nn.Linear(4, 4);
      two = this.one;
      override forward(x: Tensor): Tensor {
        return this.one(x);
      }
    }
    expect(
      found(
        inspected(
          () => new Twice(),
          (net) => net(torch.ones(1, 4)),
        ),
      ),
    ).toEqual([]);
  });
});

describe("no gradient", () => {
  class Cut extends nn.Module {
    encoder = new nn.Linear(4, 4);
    head = new nn.Linear(4, 1);
    override forward(x: Tensor): Tensor {
      return this.head(this.encoder(x).detach());
    }
  }

  test("is told of what the pass used and the backward pass did not reach", () => {
    const model = inspected(
      () => new Cut(),
      (net) => net(torch.ones(2, 4)).sum().backward(),
    );
    expect(findingsOf(model).all.map(({ text }) => text)).toEqual([
      "encoder.weight has no gradient, though a backward pass gave gradients to other parameters.",
      "encoder.bias has no gradient, though a backward pass gave gradients to other parameters.",
    ]);
  });

  test("is not told without a backward pass, of what is frozen, or where gradients were set back", () => {
    expect(
      found(
        inspected(
          () => new Cut(),
          (net) => net(torch.ones(2, 4)),
        ),
      ),
    ).toEqual([]);
    const frozen = inspected(
      () => new Cut(),
      (net) => {
        net.encoder.requiresGrad_(false);
        net(torch.ones(2, 4)).sum().backward();
      },
    );
    expect(found(frozen)).toEqual([]);
    const setBack = inspected(
      () => new Cut(),
      (net) => {
        net(torch.ones(2, 4)).sum().backward();
        net.zeroGrad();
      },
    );
    expect(found(setBack)).toEqual([]);
  });
});

describe("deviates from its initializer", () => {
  test("values written past the library are told, values that the code changed are meant", () => {
    const past = inspected(
      () => new nn.Linear(16, 16),
      (net) => void net.weight.storage.data.fill(0.9),
    );
    expect(found(past)).toEqual(["deviates-from-initializer "]);
    const meant = inspected(
      () => new nn.Linear(16, 16),
      (net) => void torch.noGrad(() => net.weight.mul_(10).add_(3)),
    );
    expect(found(meant)).toEqual([]);
  });
});

test("parameters in a plain list are told where they are used", () => {
  class Listed extends nn.Module {
    layers = [new nn.Linear(4, 4)];
    output = new nn.Linear(4, 1);
    override forward(x: Tensor): Tensor {
      return this.output(this.layers[0]!(x));
    }
  }
  const model = inspected(
    () => new Listed(),
    (net) => net(torch.ones(1, 4)),
  );
  const [finding] = findingsOf(model).all;
  expect(finding).toMatchObject({ code: "not-registered", place: { path: "" } });
  expect(finding!.place.values).toHaveLength(2);
  expect(
    findingsOf(model)
      .marksOfValue(finding!.place.values[0]!)
      .map(({ mark }) => mark),
  ).toEqual(["not registered"]);
});

describe("the user's settings", () => {
  const model = inspected(
    () => new Net(),
    (net) => {
      net.head.weight.data.fill_(NaN);
      net(torch.ones(2, 4));
    },
  );

  test("change severities and leave kinds out; the gravest comes first", () => {
    const codes = (levels: Parameters<typeof findingsOf>[1]) => findingsOf(model, levels).all.map(({ code, severity }) => `${severity} ${code}`);
    expect(codes({})).toEqual(["warning nan", "information never-called"]);
    expect(codes({ nan: "off" })).toEqual(["information never-called"]);
    expect(codes({ "never-called": "error" })).toEqual(["error never-called", "warning nan"]);
  });

  test("hold for search and summary too", () => {
    const levels = { nan: "off" } as const;
    expect(search("finding:nan", indexOf(model), findingsOf(model, levels)).paths).toEqual([]);
    expect(summarize(model, levels).findings.map(({ code }) => code)).toEqual(["never-called"]);
    expect(formatSummary(summarize(model), Infinity)).toContain("warning: head.weight holds 8 NaN. [nan]\n  Look for");
  });

  test("a search for a kind that does not exist says so", () => {
    expect(search("finding:nothing", indexOf(model)).error).toEqual({ word: "finding:nothing", problem: "unknownFinding" });
  });
});

describe("normalized twice", () => {
  const target = torch.tensor([0, 2]);
  const X = torch.randn(2, 4);
  const classifier = (last: torch.nn.Module) => () => new nn.Sequential(new nn.Linear(4, 3), last);
  const twice = (model: ModelSnapshot) => findingsOf(model).all.filter(({ code }) => code === "normalized-twice");

  test("a softmax before crossEntropy, after the pass and in it, through views", () => {
    const after = inspected(classifier(new nn.Softmax(1)), (net) => new nn.CrossEntropyLoss()(net(X) as Tensor, target));
    expect(twice(after).map(({ place, text }) => [place.path, text])).toEqual([
      ["1", "1 (Softmax) makes probabilities, and crossEntropy makes its input into probabilities once more."],
    ]);
    class Trained extends nn.Module {
      fc = new nn.Linear(4, 3);
      override forward(x: Tensor, y: Tensor): Tensor {
        return nn.functional.crossEntropy(this.fc(x).softmax(1).view(2, 3), y);
      }
    }
    const inside = inspected(
      () => new Trained(),
      (net) => net(X, target),
    );
    expect(twice(inside).map(({ place }) => place.path)).toEqual([""]);
  });

  test("a softmax that is taken of the model's output before the loss, and whatever pass is shown", () => {
    const logits = (): torch.nn.Sequential => new nn.Sequential(new nn.Linear(4, 3));
    const outside = inspected(logits, (net) => nn.functional.crossEntropy(net(X).view(2, 3).softmax(1), target));
    expect(twice(outside).map(({ place, text }) => [place.path, text])).toEqual([
      ["", "softmax makes probabilities, and crossEntropy makes its input into probabilities once more."],
    ]);
    expect(twice(inspected(logits, (net) => nn.functional.crossEntropy(net(X).view(2, 3), target)))).toEqual([]);
    // For what it predicts, beside the loss.
    const beside = inspected(logits, (net) => {
      const output = net(X);
      output.softmax(1);
      nn.functional.crossEntropy(output, target);
    });
    expect(twice(beside)).toEqual([]);
    const inspection = inspectHere();
    const net = classifier(new nn.Softmax(1))();
    new nn.CrossEntropyLoss()(net(X) as Tensor, target);
    snapshotOf(inspection, net);
    const stated = { shape: [5, 4], dtype: "float32", fill: "randn" } as const;
    expect(twice(inspection.forward({ model: "model", input: { kind: "stated", inputs: [stated] }, seed: null })).map(({ place }) => place.path)).toEqual([
      "1",
    ]);
  });

  test("a sigmoid before the loss that takes logits", () => {
    const model = inspected(classifier(new nn.Sigmoid()), (net) => new nn.BCEWithLogitsLoss()(net(X) as Tensor, torch.ones(2, 3)));
    expect(twice(model)).toHaveLength(1);
  });

  test.each<[string, torch.nn.Module, (y: Tensor) => unknown]>([
    ["a softmax that no loss takes", new nn.Softmax(1), (y) => y],
    ["a sigmoid before the loss for probabilities", new nn.Sigmoid(), (y) => new nn.BCELoss()(y, torch.ones(2, 3))],
    ["the logarithm of a softmax", new nn.LogSoftmax(1), (y) => new nn.NLLLoss()(y, target)],
    ["a logarithm taken of a softmax", new nn.Softmax(1), (y) => new nn.CrossEntropyLoss()(y.log(), target)],
    ["logits", new nn.Linear(3, 3), (y) => new nn.CrossEntropyLoss()(y, target)],
  ])("is not said of %s", (_, last, use) => {
    expect(twice(inspected(classifier(last), (net) => use(net(X) as Tensor)))).toEqual([]);
  });
});
