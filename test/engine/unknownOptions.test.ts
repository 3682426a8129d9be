import * as torch from "layerscope";
import * as data from "../../src/engine/data/index.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

/**
 * Everything that is exported is called with an option that nobody knows, after arguments that it may take: the first lists of arguments below with which it
 * comes as far as looking at its options. It has to refuse it, and to say whose it was, which it was and which there are.
 */

const { nn, optim } = torch;

type Call = (...args: readonly unknown[]) => unknown;

const x = (): torch.Tensor => torch.arange(16).reshape([4, 4]).float().add(1);
const v = (): torch.Tensor => torch.ones([4]);
const image = (): torch.Tensor => torch.ones([1, 4, 4, 4]);
const volume = (): torch.Tensor => torch.ones([1, 4, 4, 4, 4]);
const sequence = (): torch.Tensor => torch.ones([1, 4, 4]);
const labels = (): torch.Tensor => torch.tensor([0, 1, 2, 3]);
const mask = (): torch.Tensor => x().gt(3);
const parameter = (): torch.nn.Parameter => new nn.Parameter(x());
const layer = (): torch.nn.Module => new nn.Linear(4, 4);
const optimizer = (): torch.optim.Optimizer => new optim.SGD([parameter()], { lr: 1 });
const identity =
  () =>
  (value: unknown): unknown =>
    value;

/** Values to be arguments, made anew for each call. */
const first: readonly (() => unknown)[] = [
  x,
  v,
  labels,
  image,
  sequence,
  volume,
  () => torch.eye(4).mul(2),
  parameter,
  layer,
  optimizer,
  () => 3,
  () => [2, 2],
  () => "weight",
  () => [x(), x()],
  () => [1, 2],
  identity,
  () => ({}),
  () => new torch.distributions.Normal(0, 1),
];
const further: readonly (() => unknown)[] = [x, () => 1, v, () => [1, 1], labels, image, sequence, mask, () => "weight", layer, identity, volume];

/** Lists of arguments, the shorter first. */
const lists: readonly (readonly (() => unknown)[])[] = [
  [],
  ...first.map((each) => [each]),
  ...first.flatMap((each) => further.map((next) => [each, next])),
  ...[x, v, image, layer].flatMap((each) => further.flatMap((next) => further.slice(0, 6).map((last) => [each, next, last]))),
];

const three = (): torch.Tensor => torch.ones([2, 4, 4]);

/** Arguments of those that none of the lists above takes as far, or that take anything. */
const stated: Readonly<Record<string, () => readonly unknown[]>> = {
  "torch.isTensor": () => [x()],
  "torch.isComplex": () => [x()],
  "torch.threshold_": () => [x(), 1, 2],
  "torch.alphaDropout": () => [x()],
  "torch.featureAlphaDropout": () => [x()],
  "torch.polygamma": () => [1, x()],
  "torch.scatterReduce": () => [x(), 0, torch.tensor([[0]]), x(), "sum"],
  "torch.scatterReduce_": () => [x(), 0, torch.tensor([[0]]), x(), "sum"],
  "torch.indexAdd": () => [x(), 0, labels(), x()],
  "torch.indexAdd_": () => [x(), 0, labels(), x()],
  "torch.selectScatter": () => [x(), v(), 0, 1],
  "torch.asStridedScatter": () => [x(), v(), [4], [1]],
  "nn.functional.threshold_": () => [x(), 1, 2],
  "nn.functional.alphaDropout": () => [x()],
  "nn.functional.featureAlphaDropout": () => [x()],
  "nn.functional.ctcLoss": () => [torch.logSoftmax(torch.ones([4, 2, 3]), 2), torch.tensor([[1], [2]]), torch.tensor([4, 4]), torch.tensor([1, 1])],
  "nn.functional.multiHeadAttentionForward": () => [three(), three(), three(), 4, 2, torch.ones([12, 4]), v().repeat(3), null, null, false, 0, x(), v()],
  "nn.utils.clipGradValue_": () => [[v()], 1],
  "nn.utils.prune.lnStructured": () => [layer(), "weight", 1, 2, 0],
  "nn.utils.fuseConvBnWeights": () => [image(), null, v(), v(), 1, v(), v()],
  "nn.utils.fuseLinearBnWeights": () => [x(), null, v(), v(), 1, v(), v()],
  "nn.utils.skipInit": () => [nn.Linear, 2, 2],
  "autograd.gradcheck": () => [(each: torch.Tensor) => each.sum(), x().double().requiresGrad_()],
  "autograd.gradgradcheck": () => [(each: torch.Tensor) => each.square().sum(), x().double().requiresGrad_(), null],
  "autograd.functional.vjp": () => [(each: torch.Tensor) => each, x(), x()],
  "autograd.functional.jvp": () => [(each: torch.Tensor) => each, x(), x()],
  "autograd.functional.vhp": () => [(each: torch.Tensor) => each.square().sum(), x(), x()],
  "autograd.functional.hvp": () => [(each: torch.Tensor) => each.square().sum(), x(), x()],
  "distributions.Independent": () => [new torch.distributions.Normal(v(), 1), 1],
  "distributions.ComposeTransform": () => [[new torch.distributions.ExpTransform()]],
  "distributions.AffineTransform": () => [0, 1],
  "distributions.PowerTransform": () => [2],
  "distributions.Transform": () => [],
  "func.functionalCall": () => [layer(), {}, x()],
  "func.jvp": () => [(each: torch.Tensor) => each.exp(), [x()], [x()]],
  "func.stackModuleState": () => [[layer()]],
  "nn.registerModuleForwardHook": () => [identity()],
  "data.SubsetRandomSampler": () => [[0, 1]],
  "Tensor#scatterReduce": () => [0, torch.tensor([[0]]), x(), "sum"],
  "Tensor#scatterReduce_": () => [0, torch.tensor([[0]]), x(), "sum"],
};

/**
 * What takes no options, and is therefore not asked: its parameters are fixed, and the compiler refuses any further one. Operations are not among these: they
 * refuse what is too much at run time too.
 */
const without = new Set(
  [
    "torch: Tensor Size DType Generator Slice slice getDefaultDtype setDefaultDtype promoteTypes getDefaultDevice setDefaultDevice withDevice noGrad",
    "torch: inferenceMode enableGrad isGradEnabled setGradEnabled manualSeed seed initialSeed getRngState setRngState getNumThreads setNumThreads observe listenToWarnings interruptBy leaveOutValues",
    "torch: device resultType summarize deepcopy iinfo finfo save load setPrintOptions",
    "torch: chainMatmul broadcastTensors broadcastShapes einsum at where blockDiag cartesianProd",
    "nn: modulesOf namedBuffersOf namedChildrenOf namedModulesOf namedParametersOf buffersByName childrenByName parametersByName rememberMembers setMember",
    "nn: unregister RemovableHandle withoutHooks enterModule failModule leaveModule callModule callWithBackwardHooks exampleInputs layerFacts mergesDimensions",
    "nn: registerModuleForwardPreHook registerModuleBufferRegistrationHook registerModuleModuleRegistrationHook registerModuleParameterRegistrationHook",
    "nn: registerModuleFullBackwardHook registerModuleFullBackwardPreHook isUninitialized",
    // Containers take their contents, and Identity anything.
    "nn: Identity Sequential ModuleList ModuleDict ParameterList ParameterDict RNNBase RNNCellBase",
    "nn.utils.parametrize: isParametrized ParametrizationList",
    "nn.utils.prune: BasePruningMethod Identity RandomUnstructured L1Unstructured RandomStructured LnStructured CustomFromMask applyMethod globalUnstructured",
    "nn.utils.prune: remove isPruned",
    "nn.utils.rnn: PackedSequence invertPermutation unpackSequence",
    "optim: Optimizer",
    "optim.lrScheduler: LRScheduler ChainedScheduler SequentialLR",
    "distributions: registerKl klDivergence",
    "data: defaultCollate ConcatDataset Dataset IterableDataset randomSplit Subset BatchSampler SequentialSampler TensorDataset",
    "autograd: Function",
    // It takes any number of arguments.
    "func: vjp",
  ].flatMap((line) => {
    const [place, names] = line.split(": ");
    return names!.split(" ").map((name) => `${place}.${name}`);
  }),
);

const bogus = { notAnOption: 1 };

type Outcome = "silent" | "unreached" | { readonly message: string };

function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

function outcome(name: string, call: Call): Outcome {
  const tries = name in stated ? [stated[name]!] : lists.map((list) => () => list.map((make) => make()));
  for (const args of tries) {
    let given: readonly unknown[];
    try {
      given = args();
      call(...given, bogus);
    } catch (error) {
      const { message } = error as Error;
      if (message.includes("notAnOption")) return { message };
      continue;
    }
    // It may have been taken for an argument that has to be given.
    if (succeeds(() => call(...args()))) return "silent";
  }
  return "unreached";
}

const isClass = (value: unknown): value is new (...args: readonly unknown[]) => unknown =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
const isError = (value: { readonly prototype?: unknown }): boolean => value.prototype instanceof Error;

function callable(value: unknown): Call | null {
  if (typeof value !== "function" || isError(value)) return null;
  return isClass(value) ? (...args) => new value(...args) : (value as Call);
}

const places: Readonly<Record<string, object>> = {
  torch,
  "nn.functional": nn.functional,
  linalg: torch.linalg,
  "nn.init": nn.init,
  nn,
  "nn.utils": nn.utils,
  "nn.utils.parametrize": nn.utils.parametrize,
  "nn.utils.parametrizations": nn.utils.parametrizations,
  "nn.utils.prune": nn.utils.prune,
  "nn.utils.rnn": nn.utils.rnn,
  optim,
  "optim.lrScheduler": optim.lrScheduler,
  distributions: torch.distributions,
  data,
  autograd: torch.autograd,
  "autograd.functional": torch.autograd.functional,
  func: torch.func,
  special: torch.special,
};

/** Tensor's methods that are operations; those of the class itself take fixed parameters. */
const classMethods = new Set(
  "dim ndimension numel nelement stride size storageOffset elementSize isContiguous isFloatingPoint requiresGrad_ detach detach_ item tolist toString".split(
    " ",
  ),
);
const conversions = new Set(
  "float double half bfloat16 char short int long byte bool cpu type apply_ map_ at registerHook registerPostAccumulateGradHook retainGrad cholesky".split(" "),
);
const internal = new Set("allocateLike setWindow setGradFn gradientEdge checkedDevice".split(" "));
const operations = Object.getOwnPropertyNames(torch.Tensor.prototype).filter((name) => {
  const value: unknown = Object.getOwnPropertyDescriptor(torch.Tensor.prototype, name)!.value;
  return typeof value === "function" && name !== "constructor" && ![classMethods, conversions, internal].some((each) => each.has(name));
});

/** Methods of other objects that take options. */
const methods: Readonly<Record<string, Call>> = {
  "Module#to": (o) => new nn.Linear(1, 1).to(o as never),
  "Module#registerBuffer": (o) => new nn.Linear(1, 1).registerBuffer("b", v(), o as never),
  "Module#namedParameters": (o) => new nn.Linear(1, 1).namedParameters(o as never),
  "Module#namedBuffers": (o) => new nn.Linear(1, 1).namedBuffers(o as never),
  "Module#namedModules": (o) => new nn.Linear(1, 1).namedModules(o as never),
  "Module#zeroGrad": (o) => new nn.Linear(1, 1).zeroGrad(o as never),
  "Module#stateDict": (o) => new nn.Linear(1, 1).stateDict(o as never),
  "Module#loadStateDict": (o) => new nn.Linear(1, 1).loadStateDict({}, o as never),
  "Module#setSubmodule": (o) => new nn.Linear(1, 1).setSubmodule("a", new nn.Identity(), o as never),
  "Module#registerForwardPreHook": (o) => new nn.Linear(1, 1).registerForwardPreHook(() => undefined, o as never),
  "Module#registerForwardHook": (o) => new nn.Linear(1, 1).registerForwardHook(() => undefined, o as never),
  "Module#registerFullBackwardHook": (o) => new nn.Linear(1, 1).registerFullBackwardHook(() => undefined, o as never),
  "Module#registerFullBackwardPreHook": (o) => new nn.Linear(1, 1).registerFullBackwardPreHook(() => undefined, o as never),
  "Optimizer#zeroGrad": (o) => optimizer().zeroGrad(o as never),
  "Optimizer#registerStateDictPreHook": (o) => optimizer().registerStateDictPreHook(() => undefined, o as never),
  "Optimizer#registerStateDictPostHook": (o) => optimizer().registerStateDictPostHook(() => undefined, o as never),
  "Optimizer#registerLoadStateDictPreHook": (o) => optimizer().registerLoadStateDictPreHook(() => undefined, o as never),
  "Optimizer#registerLoadStateDictPostHook": (o) => optimizer().registerLoadStateDictPostHook(() => undefined, o as never),
};

const cases: [name: string, call: Call][] = [
  ...Object.entries(places).flatMap(([place, functions]) =>
    Object.entries(functions).flatMap(([name, value]): [string, Call][] => {
      const call = callable(value);
      return call === null ? [] : [[`${place}.${name}`, call]];
    }),
  ),
  ...operations.map((name): [string, Call] => [`Tensor#${name}`, (...args) => (x() as unknown as Readonly<Record<string, Call>>)[name]!(...args)]),
  ...Object.entries(methods),
];

describe("an option that nobody knows is refused", () => {
  beforeAll(() => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  test("by everything that is exported, with its name and those that it takes", () => {
    const outcomes = cases.filter(([name]) => !without.has(name)).map(([name, call]) => [name, outcome(name, call)] as const);
    const names = (wanted: (each: Outcome) => boolean): string[] => outcomes.filter(([, each]) => wanted(each)).map(([name]) => name);
    expect(
      names((each) => each === "silent"),
      "pass over the option",
    ).toEqual([]);
    expect(
      names((each) => each === "unreached"),
      "state arguments for these",
    ).toEqual([]);
    const told = /^[\w.]+\(\) got an unexpected keyword argument 'notAnOption'; the names are \w+/;
    expect(
      names((each) => typeof each === "object" && !told.test(each.message)),
      "do not say whose the option was, and which there are",
    ).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(900);
  });
});
